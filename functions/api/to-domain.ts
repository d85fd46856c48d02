import type { DeploymentRequest, PlanRequest } from '../../shared/domain/deployment-request.ts'
import { InvariantError } from '../../shared/domain/errors.ts'
import { withAlwaysOnGate } from '../../shared/domain/gates/always-on.ts'
import type { Gate } from '../../shared/domain/gates/gate.ts'
import { normaliseName } from '../../shared/domain/record-set.ts'
import { completeParameters } from '../../shared/domain/sequential-test.ts'
import type { Route, TestEntry } from '../../shared/domain/service.ts'
import type { ServiceDraft } from '../../shared/use-cases/register-service.ts'
import { parse } from './parse.ts'
import type { GateBody } from './schemas/gate.ts'
import { type RouteBody, toHostedZoneId } from './schemas/route.ts'
import { type DeploymentBody, deploymentBody, planBody, serviceBody, serviceName } from './schemas.ts'
import { toRevision } from './to-revision.ts'

/** @throws {ValidationError} With every problem of the name or the document. */
export function parseService(name: string, body: unknown): ServiceDraft {
  const parsed = parse(serviceBody, body, 'service')
  const { routes, strategy, gates, settleSeconds, approvals, concurrency, onDrift, freeze, lateWatch, notify } = parsed
  const moved = routes.map(toRoute)
  return {
    name: parse(serviceName, name, 'service name'),
    routes: moved,
    strategy,
    gates: withAlwaysOnGate(gates.map(toGate), moved),
    settleSeconds,
    approvals,
    concurrency,
    onDrift,
    freeze,
    lateWatch,
    ...(notify?.slackChannel !== undefined && { notify: { slackChannel: notify.slackChannel } }),
  }
}

/** @throws {ValidationError} With every problem of the body. */
export function parseDeploymentRequest(body: unknown): DeploymentRequest {
  return toRequest(parse(deploymentBody, body, 'deployment'))
}

/** @throws {ValidationError} With every problem of the body. */
export function parsePlanRequest(body: unknown): PlanRequest {
  const { traffic, ...request } = parse(planBody, body, 'plan')
  return { ...toRequest(request), ...(traffic && { traffic }) }
}

function toRequest({ codedeploy, lambda, gates, ...request }: DeploymentBody): DeploymentRequest {
  return {
    ...request,
    ...(gates && { gates: gates.map(toGate) }),
    ...(codedeploy && { codedeploy: toRevision(codedeploy) }),
    ...(lambda && { lambda: lambda.versions }),
  }
}

function toRoute(route: RouteBody): Route {
  switch (route.kind) {
    case 'alb': {
      const { kind, blue, green, wave, test } = route
      return { kind, blue, green, wave, ...toEntry(route), ...(test && { test: toEntry(test) }) }
    }
    case 'route53': {
      const { assumeRole: _notBuilt, hostedZoneId, name, ...rest } = route
      return { ...rest, hostedZoneId: toHostedZoneId(hostedZoneId), name: normaliseName(name) }
    }
    case 'lambda-alias':
    case 'codedeploy': {
      const { assumeRole: _notBuilt, ...rest } = route
      return rest
    }
  }
}

function toEntry(entry: { readonly ruleArn?: string; readonly listenerArn?: string }): TestEntry {
  if (entry.ruleArn !== undefined) return { ruleArn: entry.ruleArn }
  if (entry.listenerArn !== undefined) return { listenerArn: entry.listenerArn }
  throw new InvariantError('an entry without rule and listener went past the schema that refuses it')
}

export function toGate(gate: GateBody): Gate {
  switch (gate.kind) {
    case 'target-health':
    case 'alarms':
    case 'metric':
    case 'probe':
    case 'webhook':
      return gate
    case 'route53-health':
      return { ...gate, minHealthy: gate.minHealthy ?? gate.healthCheckIds.length }
    case 'compare':
      return completeParameters(gate)
  }
}
