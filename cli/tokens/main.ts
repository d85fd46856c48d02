import * as z from 'zod'
import { parseDuration } from '../../shared/domain/duration.ts'
import { UpstreamError, ValidationError } from '../../shared/domain/errors.ts'
import { type Api, apiOf, callApi, readFromApi } from '../api.ts'
import { readOptions, runCommand, say } from '../command.ts'
import { toPrintable } from '../judge/printable.ts'
import { aShownToken, showTokens } from './show.ts'

const tokensUsage = `sluice tokens: API tokens, for people and machines that cannot sign tokens of their own

  sluice tokens create NAME [--for 90d] [--json]
  sluice tokens list [--json]
  sluice tokens revoke ID [--reason TEXT] [--json]

A new token is printed to standard output, this once: nobody can read it again. It may do nothing until a rule of the policy
names its id. A revoked one lets in nobody from the answer on.

  --for         how long it is good: 1m to 366d; default 90d
  --reason      for the record
  --json        prints the API's answer
  SLUICE_URL    where the API is; default http://127.0.0.1:4500
  SLUICE_TOKEN  sent as a bearer token, if set

Ends with 0, with 2 for wrong options, 4 when the API does not answer or refuses.
`

const options = {
  for: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** `sluice tokens`. Returns the exit code. */
export function runTokens(args: readonly string[]): Promise<number> {
  return runCommand(() => {
    const { values, positionals } = readOptions({ args: [...args], allowPositionals: true, options }, tokensUsage)
    if (values.help) return say(process.stdout, tokensUsage, 0)
    const [word, subject, ...rest] = positionals
    const wish = { ...values, api: apiOf(process.env) }
    if (word === 'create' && subject !== undefined && rest.length === 0) return create(wish, subject)
    if (word === 'list' && subject === undefined) return list(wish)
    if (word === 'revoke' && subject !== undefined && rest.length === 0) return revoke(wish, subject)
    throw new ValidationError(`say what to do\n\n${tokensUsage}`)
  })
}

interface Wish {
  readonly api: Api
  readonly for?: string
  readonly reason?: string
  readonly json: boolean
}

async function create({ api, for: life, json }: Wish, name: string): Promise<number> {
  const lifeSeconds = life === undefined ? undefined : parseDuration(life)
  if (lifeSeconds === null) throw new ValidationError(`--for must be a duration such as 30d or 12h, not "${life}"`)
  const body = await callApi(api, 'POST', '/v1/tokens', { name, ...(lifeSeconds !== undefined && { lifeSeconds }) })
  if (json) return print(body)
  const { token, id, expiresAt } = read(api, z.looseObject({ ...aShownToken.shape, token: z.string() }), body)
  // Only the token goes to standard output, so that a script can put it where it belongs.
  process.stderr.write(`made ${toPrintable(id)}, good until ${toPrintable(expiresAt)}; the token is shown this once:\n`)
  return say(process.stdout, `${toPrintable(token)}\n`, 0)
}

async function list({ api, json }: Wish): Promise<number> {
  const tokens: z.output<typeof aShownToken>[] = []
  let cursor: string | null = null
  do {
    const query = new URLSearchParams({ limit: '100', ...(cursor !== null && { cursor }) })
    const page: z.output<typeof aPage> = read(api, aPage, await readFromApi(api, `/v1/tokens?${query}`))
    tokens.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return json ? print({ items: tokens }) : say(process.stdout, showTokens(tokens, Date.now()), 0)
}

const aPage = z.looseObject({ items: z.array(aShownToken), nextCursor: z.nullable(z.string()) })

async function revoke({ api, reason, json }: Wish, id: string): Promise<number> {
  const query = reason === undefined ? '' : `?${new URLSearchParams({ reason })}`
  const body = await callApi(api, 'DELETE', `/v1/tokens/${encodeURIComponent(id)}${query}`)
  if (json) return print(body)
  const { revoked, name } = read(api, aShownToken, body)
  return say(process.stdout, `${toPrintable(name)} is revoked since ${toPrintable(revoked?.at ?? 'now')}\n`, 0)
}

function print(body: object): number {
  return say(process.stdout, `${JSON.stringify(body)}\n`, 0)
}

function read<T extends z.ZodType>({ url }: Api, schema: T, body: unknown): z.output<T> {
  const found = schema.safeParse(body)
  if (!found.success) throw new UpstreamError(`${url} answered no API token; is SLUICE_URL right?`)
  return found.data
}
