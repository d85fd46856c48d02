import type { Deps } from '../deps.ts'
import type { GroupHealth } from '../domain/capacity.ts'
import type { Finding } from '../domain/deployment.ts'
import { NotFoundError, type Problem, TransientError, UpstreamError } from '../domain/errors.ts'
import { unseenAliases } from '../domain/findings/alias-health.ts'
import { aliasOf } from '../domain/findings/app-spec.ts'
import type { CheckedRoute, DrivenWish, NotLookedAt, PreflightFacts } from '../domain/findings/facts.ts'
import type { FreezeWindow } from '../domain/freeze.ts'
import type { Gate, Route53HealthGate } from '../domain/gates/gate.ts'
import type { Plan } from '../domain/plan.ts'
import { findFindings } from '../domain/preflight.ts'
import { blockFindings } from '../domain/raise-block.ts'
import { findMisplaced, findMissing } from '../domain/route-problems.ts'
import { type Route, resourceOf, targetGroupOf } from '../domain/service.ts'
import { otherSlot, type RouteState, type Slot, servingSlot } from '../domain/traffic.ts'
import { readStableMetrics } from './preflight-metrics.ts'
import { findBlocks } from './raise-blocks.ts'

type PreflightDeps = Pick<
  Deps,
  | 'inspector'
  | 'targetHealth'
  | 'targetGroups'
  | 'alarms'
  | 'leases'
  | 'line'
  | 'metrics'
  | 'healthChecks'
  | 'clock'
  | 'homeRegion'
>

export interface PreflightInput {
  readonly routes: readonly Route[]
  readonly gates: readonly Gate[]
  readonly plan: Plan
  /** Counts when a deployment starts; a service is stored at any time. Default: none. */
  readonly freeze?: readonly FreezeWindow[]
  /** Both null: the slot that serves now is stable. */
  readonly stable: Slot | null
  readonly canary: Slot | null
  readonly at: 'put' | 'deployment'
  /** Counts with a codedeploy route. Default: nothing is known of what it is to do. */
  readonly driven?: DrivenWish
}

export interface PreflightAnswer {
  readonly findings: readonly Finding[]
  /** What a service cannot be stored with: it names what is not there. Paths begin with `routes[0]`. */
  readonly problems: readonly Problem[]
  /** Each route's live routing in the order of the input; null where there is none or it could not be looked at. */
  readonly states: readonly (RouteState | null)[]
}

/**
 * Looks at everything that a deployment would use, changing nothing. A source that cannot be asked, or refuses, is a
 * warning that says so: it neither stops the caller nor passes for health.
 *
 * @throws {TransientError} If it cannot be told whether the line is stopped: then nothing may start.
 */
export async function preflight(deps: PreflightDeps, input: PreflightInput): Promise<PreflightAnswer> {
  const notLookedAt: NotLookedAt[] = []
  const look = createLook(notLookedAt)
  const routes = await Promise.all(
    input.routes.map((route, index) => checkRoute(deps, look, route, `routes[${index}]`)),
  )
  const roles = rolesOf(input, routes)
  const alarmNames = input.gates.flatMap((gate) => (gate.kind === 'alarms' ? gate.alarmNames : []))
  const [blocks, alarms, measured, healthChecks, driven] = await Promise.all([
    input.at === 'deployment' ? findBlocks(deps, input.freeze ?? []) : [],
    alarmNames.length === 0
      ? []
      : look('alarms', () => deps.alarms.read([...new Set(alarmNames)], null)).then((read) => read ?? []),
    readStableMetrics(deps, { gates: input.gates, routes, stable: roles?.stable ?? null }),
    readHealthChecks(deps, look, input.gates),
    lookAtDriven(deps, look, input),
  ])
  const { at, plan, gates } = input
  const facts = { at, routes, roles, plan, gates, alarms, ...measured, healthChecks, ...(driven && { driven }) }
  return {
    findings: [
      ...blockFindings(blocks),
      ...findFindings({ ...facts, notLookedAt: [...notLookedAt, ...blindSpots(routes, roles)] }),
    ],
    problems: routes.flatMap((checked, index) => problemsOf(checked, `routes[${index}]`, input.at)),
    states: routes.map((checked) => checked.facts?.state ?? null),
  }
}

/** Calls a source; null, and a note, where it cannot be asked now or refuses. */
type Look = <T>(what: string, call: () => Promise<T>) => Promise<T | null>

function createLook(notes: NotLookedAt[]): Look {
  return async (what, call) => {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof TransientError || error instanceof UpstreamError)) throw error
      notes.push({ what, reason: error.message })
      return null
    }
  }
}

async function checkRoute(deps: PreflightDeps, look: Look, route: Route, path: string): Promise<CheckedRoute> {
  const [facts, blue, green, lease] = await Promise.all([
    look(path, () => deps.inspector.inspect(route)),
    look(`target-health:${path}.blue`, () => readHealth(deps, route, 'blue')),
    look(`target-health:${path}.green`, () => readHealth(deps, route, 'green')),
    look(`last-written:${path}`, () => deps.leases.peek(resourceOf(route))),
  ])
  const ours = [lease?.lastWritten ?? null, lease?.intended ?? null].filter((state) => state !== null)
  return { route, facts, health: { blue, green }, ours }
}

/** Null where the route names no group, or there is none: the inspector says that already. */
async function readHealth(deps: PreflightDeps, route: Route, slot: Slot): Promise<GroupHealth | null> {
  const group = targetGroupOf(route, slot)
  if (group === null) return null
  try {
    return await deps.targetHealth.read(group)
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}

async function lookAtDriven(
  deps: PreflightDeps,
  look: Look,
  { routes, driven }: PreflightInput,
): Promise<PreflightFacts['driven'] | null> {
  if (!driven || routes.every(({ kind }) => kind !== 'codedeploy')) return null
  const alias = aliasOf(driven.revision)
  const facts = alias && (await look('codedeploy.alias', () => deps.inspector.inspect(alias)))
  return { ...driven, alias: facts?.kind === 'lambda-alias' ? facts : null }
}

function rolesOf(input: PreflightInput, routes: readonly CheckedRoute[]): PreflightFacts['roles'] {
  const given = input.stable ?? (input.canary && otherSlot(input.canary))
  const serving = routes.map(({ facts }) => facts?.state && servingSlot(facts.state)).find((slot) => slot != null)
  const stable = given ?? serving ?? null
  return stable && { stable, canary: otherSlot(stable) }
}

async function readHealthChecks(deps: PreflightDeps, look: Look, gates: readonly Gate[]) {
  const read = async ({ name, healthCheckIds }: Route53HealthGate) => {
    const checks = await look(`health-checks:${name}`, () => deps.healthChecks.read(healthCheckIds))
    return checks === null ? [] : [{ gate: name, checks }]
  }
  return (await Promise.all(gates.filter((gate) => gate.kind === 'route53-health').map(read))).flat()
}

function blindSpots(routes: readonly CheckedRoute[], roles: PreflightFacts['roles']): NotLookedAt[] {
  const refused = routes.flatMap(({ facts }, index) =>
    facts === null || facts.notLookedAt.length === 0
      ? []
      : [{ what: `parts-of:routes[${index}]`, reason: facts.notLookedAt.join('; ') }],
  )
  const sides = {
    what: 'capacity-and-metrics',
    reason: 'the routing does not tell which slot serves, so neither is known as stable',
  }
  return [...refused, ...(roles === null && routes.some(hasSides) ? [sides] : []), ...unseenAliases(routes)]
}

/** Of a group for Lambda the AppSpec alone names them, and servers have none. */
function hasSides({ facts }: CheckedRoute): boolean {
  return facts?.kind !== 'codedeploy' || facts.group?.platform === 'ECS'
}

/** At a deployment a group that moved to another load balancer is a finding, which an override can name. */
function problemsOf({ route, facts }: CheckedRoute, path: string, at: PreflightInput['at']): readonly Problem[] {
  if (facts === null) return []
  const missing = findMissing(route, facts, path)
  return at === 'put' ? [...missing, ...findMisplaced(route, facts, path)] : missing
}
