import type { LocalClock } from '../clock.ts'
import { type ForwardAction, takeTurn } from './listener-rules.ts'
import { buildStickyCookies, type CookieNames, groupCookies, readStickyChoice, targetCookies } from './sticky-cookie.ts'
import { type Target, targetKey } from './target.ts'
import type { TargetGroup } from './target-group.ts'

export interface Route {
  readonly group: TargetGroup
  readonly target: Target
  /** Set-Cookie header pairs for the answer; undefined without stickiness. */
  readonly cookies: string[] | undefined
}

export interface RouteContext {
  readonly clock: LocalClock
  readonly findGroup: (arn: string) => TargetGroup | undefined
  /** Cookie headers of the request; asked for only when something is sticky. */
  readonly cookieHeaders: () => readonly string[]
}

/**
 * Chooses group and target for a request. The group is the cookie's when group stickiness is on and the group is still in
 * the action, whatever its weight; else the one whose turn it is. There is no failover between groups.
 *
 * @returns Undefined when no group has weight or the chosen one is empty: the client gets 503.
 */
export function chooseRoute(action: ForwardAction, context: RouteContext): Route | undefined {
  const groupIndex = action.stickyMs === undefined ? takeTurn(action) : chooseStickyGroup(action, context)
  const groupArn = groupIndex === undefined ? undefined : action.groupArns[groupIndex]
  const group = groupArn === undefined ? undefined : context.findGroup(groupArn)
  const target = group && chooseTarget(group, context)
  if (!groupArn || !group || !target) return undefined
  const targetStickyMs = group.attributes.stickyMs
  if (action.stickyMs === undefined && targetStickyMs === undefined) return { group, target, cookies: undefined }
  const cookies: string[] = []
  if (action.stickyMs !== undefined) renew(cookies, groupCookies, groupArn, action.stickyMs, context.clock)
  if (targetStickyMs !== undefined) renew(cookies, targetCookies, targetKey(target), targetStickyMs, context.clock)
  return { group, target, cookies }
}

function chooseStickyGroup(action: ForwardAction, { clock, cookieHeaders }: RouteContext): number | undefined {
  const arn = readStickyChoice(cookieHeaders(), groupCookies, clock.now())
  const index = arn === undefined ? -1 : action.groupArns.indexOf(arn)
  return index >= 0 ? index : takeTurn(action)
}

function chooseTarget(group: TargetGroup, { clock, cookieHeaders }: RouteContext): Target | undefined {
  if (group.attributes.stickyMs === undefined) return group.choose()
  const key = readStickyChoice(cookieHeaders(), targetCookies, clock.now())
  return (key === undefined ? undefined : group.findRoutable(key)) ?? group.choose()
}

/** Each answer renews the cookies, so a busy client never leaves; that is how the real ones behave. */
function renew(headers: string[], names: CookieNames, chosen: string, ageMs: number, clock: LocalClock): void {
  const realExpiresAt = new Date(Date.now() + ageMs / clock.speed)
  for (const cookie of buildStickyCookies(names, { chosen, expiresAt: clock.now() + ageMs }, realExpiresAt)) {
    headers.push('Set-Cookie', cookie)
  }
}
