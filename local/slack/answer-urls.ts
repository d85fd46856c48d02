import { randomUUID } from 'node:crypto'
import type { Place } from './people.ts'

/** Where an answer to one command or click goes. */
export interface AnswerPlace {
  readonly place: Place
  /** The message whose button was clicked; null for a typed command. */
  readonly messageId: string | null
}

/** Addresses for answers, each good for as long as Slack's are. */
export interface AnswerUrls {
  /** @returns The secret part of the address. */
  create(answer: AnswerPlace): string
  /** Uses it once. @returns Slack's word for why it cannot be used. */
  use(secret: string): AnswerPlace | 'expired_url' | 'used_url' | 'no_such_url'
}

/** @see Slack, "Handling user interaction": five answers within 30 minutes. */
const mostUses = 5
const goodForMs = 30 * 60_000

/** @param now - Real time, milliseconds since the epoch. */
export function createAnswerUrls(now: () => number): AnswerUrls {
  const urls = new Map<string, { answer: AnswerPlace; uses: number; untilMs: number }>()
  return {
    create(answer) {
      const secret = randomUUID()
      urls.set(secret, { answer, uses: 0, untilMs: now() + goodForMs })
      return secret
    },
    use(secret) {
      const url = urls.get(secret)
      if (!url) return 'no_such_url'
      if (now() >= url.untilMs) return 'expired_url'
      if (url.uses >= mostUses) return 'used_url'
      url.uses += 1
      return url.answer
    },
  }
}
