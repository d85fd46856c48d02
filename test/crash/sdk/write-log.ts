import type { LoggedRequest } from '../../../local/aws/request-log.ts'

/** Operations that change how users are routed. */
export const routingWrites: ReadonlySet<string | undefined> = new Set([
  'ModifyRule',
  'ModifyListener',
  'SetRulePriorities',
  'ChangeResourceRecordSets',
  'UpdateAlias',
])

/** Operations that change what CodeDeploy does with traffic. */
export const driverWrites: ReadonlySet<string | undefined> = new Set([
  'CreateDeployment',
  'ContinueDeployment',
  'StopDeployment',
])

/**
 * What the endpoint's own log of writes says against a run, in words.
 *
 * @param watched - How many writes were looked at as they took effect.
 */
export function checkWriteLog(requests: readonly LoggedRequest[], watched: number): readonly string[] {
  const done = requests.filter(({ action, outcome }) => routingWrites.has(action) && outcome.startsWith('ok'))
  const problems = done
    .filter(({ input }) => isAllZero(weightsIn(input)))
    .map(({ seq, action }) => `request ${seq}, ${action}: all weights are 0`)
  if (done.length === watched) return problems
  return [...problems, `the endpoint's log has ${done.length} writes of routing, and ${watched} were looked at`]
}

function isAllZero(weights: readonly number[]): boolean {
  return weights.length > 0 && weights.every((weight) => weight === 0)
}

/** Every `Weight` anywhere in the input of a call. */
function weightsIn(input: unknown): readonly number[] {
  if (typeof input !== 'object' || input === null) return []
  return Object.entries(input).flatMap(([key, value]) =>
    key === 'Weight' && typeof value === 'number' ? [value] : weightsIn(value),
  )
}
