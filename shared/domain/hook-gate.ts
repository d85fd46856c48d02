import type { Problem } from './errors.ts'
import type {
  AlarmsGate,
  Gate,
  MetricGate,
  OwnMetric,
  ProbeGate,
  Route53HealthGate,
  TargetHealthGate,
  WebhookGate,
} from './gates/gate.ts'

/** A gate that a CodeDeploy hook can judge: it needs neither the shares nor the slots of a Sluice deployment. */
export type HookGate =
  | ProbeGate
  | AlarmsGate
  | TargetHealthGate
  | Route53HealthGate
  | WebhookGate
  | (MetricGate & { readonly metric: OwnMetric })

/** What a gate lacks to be judged in a hook, with the path of the field; nothing: {@link isHookGate}. */
export function hookGateProblems(gate: Gate, groups: readonly string[]): readonly Problem[] {
  switch (gate.kind) {
    case 'compare':
      return [{ path: 'kind', message: 'must not be "compare": a hook has no traffic of both sides to compare' }]
    case 'metric':
      return metricProblems(gate)
    case 'probe':
    case 'webhook':
      return sideProblems('url', [gate.url])
    case 'target-health':
      return groups.length > 0 ? [] : [{ path: 'kind', message: 'needs the target groups of the deployment group' }]
    case 'alarms':
    case 'route53-health':
      return []
  }
}

export function isHookGate(gate: Gate): gate is HookGate {
  return gate.kind !== 'compare' && !(gate.kind === 'metric' && typeof gate.metric === 'string')
}

function metricProblems({ metric }: MetricGate): readonly Problem[] {
  if (typeof metric === 'string') {
    const message = 'must be a metric of your own: a hook does not know which target group gets the new version'
    return [{ path: 'metric', message }]
  }
  const dimensions = 'expression' in metric ? metric.queries.map((query) => query.dimensions) : [metric.dimensions]
  return sideProblems('metric', dimensions.flatMap(Object.values))
}

/** Which slot is new alternates from deployment to deployment, and CodeDeploy tells its hooks nothing of it. */
function sideProblems(path: string, texts: readonly string[]): readonly Problem[] {
  if (!texts.some((text) => text.includes('{side}'))) return []
  return [{ path, message: 'must not have {side}: a hook does not know the slots; name what leads to the new version' }]
}
