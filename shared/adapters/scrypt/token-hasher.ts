import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { InvariantError, TransientError } from '../../domain/errors.ts'
import type { TokenHasher } from '../../ports/token-hasher.ts'

/** 2^14 × 8 × 128 bytes = 16 MB and tens of milliseconds a check. The secrets are random, so no more is needed. */
const cost = { N: 2 ** 14, r: 8, p: 1 } as const
const keyBytes = 32
const saltBytes = 16

/** Checks at the same time, 16 MB each, and those that wait for their turn. */
const limits = { atOnce: 4, waiting: 64 } as const

/**
 * Hashes with scrypt of Node.js: `scrypt$16384$8$1$<salt>$<key>`, the last two in base64url. Bounded in memory and in what
 * waits, since anybody can send tokens with a known id and a wrong secret.
 */
export function createScryptTokenHasher(): TokenHasher {
  const inTurn = createTurns()
  return {
    hash: (secret) =>
      inTurn(async () => {
        const salt = randomBytes(saltBytes)
        const key = await derive(secret, salt, cost)
        return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$')
      }),
    verify(secret, hash) {
      const { salt, key, ...options } = parseHash(hash)
      return inTurn(async () => timingSafeEqual(await derive(secret, salt, options), key))
    },
  }
}

function derive(secret: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    scrypt(secret, salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key))),
  )
}

const shape = /^scrypt\$(\d{1,6})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]+)\$([A-Za-z0-9_-]+)$/

/** The cost is part of each hash, so that it can rise for new tokens. The hash itself stays out of the message. */
function parseHash(hash: string) {
  const [, N, r, p, salt = '', key = ''] = shape.exec(hash) ?? []
  const parsed = { N: Number(N), r: Number(r), p: Number(p), salt: from(salt), key: from(key) }
  if (parsed.key.length === keyBytes && parsed.salt.length === saltBytes) return parsed
  throw new InvariantError('the stored hash of an API token is not readable')
}

const from = (text: string) => Buffer.from(text, 'base64url')

/** Lets some calls run and some wait; refuses the rest at once. */
function createTurns() {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(call: () => Promise<T>): Promise<T> => {
    if (running >= limits.atOnce) {
      if (waiting.length >= limits.waiting)
        throw new TransientError('too many API tokens are being checked; try again', { refused: true })
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      return await call()
    } finally {
      // Whoever waits takes over our place; only without one does it become free.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
