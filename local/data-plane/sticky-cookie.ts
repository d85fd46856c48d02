/**
 * The stickiness cookies. Their content is the load balancer's own business (AWS encrypts it); here it is the choice and
 * the local time it ends, in base64url, so that a restart of local mode keeps its sessions.
 */
export interface StickyChoice {
  /** ARN of the target group, or key of the target. */
  readonly chosen: string
  /** Local milliseconds since the epoch. */
  readonly expiresAt: number
}

export const groupCookies = ['AWSALBTG', 'AWSALBTGCORS'] as const
export const targetCookies = ['AWSALB', 'AWSALBCORS'] as const

export type CookieNames = typeof groupCookies | typeof targetCookies

/** The choice that a Cookie header carries; undefined when there is none, it is not ours, or its time is over. */
export function readStickyChoice(
  cookieHeaders: readonly string[],
  names: CookieNames,
  now: number,
): string | undefined {
  for (const name of names) {
    const value = readCookie(cookieHeaders, name)
    const choice = value === undefined ? undefined : decodeChoice(value)
    if (choice && choice.expiresAt > now) return choice.chosen
  }
  return undefined
}

/**
 * Set-Cookie values that renew a choice.
 *
 * @param realExpiresAt - End in the client's time: clients live by the wall clock, not by local time.
 */
export function buildStickyCookies(names: CookieNames, choice: StickyChoice, realExpiresAt: Date): string[] {
  const [plain, crossOrigin] = names
  const attributes = `Expires=${realExpiresAt.toUTCString()}; Path=/`
  const value = encodeChoice(choice)
  return [`${plain}=${value}; ${attributes}`, `${crossOrigin}=${value}; ${attributes}; SameSite=None; Secure`]
}

export function encodeChoice(choice: StickyChoice): string {
  return Buffer.from(`${Math.ceil(choice.expiresAt)} ${choice.chosen}`).toString('base64url')
}

export function decodeChoice(value: string): StickyChoice | undefined {
  const match = /^(\d{1,16}) (\S+)$/.exec(Buffer.from(value, 'base64url').toString('latin1'))
  return match?.[1] && match[2] ? { expiresAt: Number(match[1]), chosen: match[2] } : undefined
}

function readCookie(headers: readonly string[], name: string): string | undefined {
  for (const header of headers) {
    for (const pair of header.split(';')) {
      const equalsAt = pair.indexOf('=')
      if (equalsAt > 0 && pair.slice(0, equalsAt).trim() === name) return pair.slice(equalsAt + 1).trim()
    }
  }
  return undefined
}
