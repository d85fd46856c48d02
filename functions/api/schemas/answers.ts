import * as z from 'zod'
import { finalPhases, openPhases, phases } from '../../../shared/domain/deployment.ts'
import { auditEntry, createdToken, policy, token } from './answers-access.ts'
import { actor, instant } from './answers-common.ts'
import { driver, runningDeployment } from './answers-driver.ts'
import { serviceName } from './common.ts'
import { gates } from './gate.ts'
import { routes } from './route.ts'
import { serviceBody } from './service.ts'
import { strategy } from './strategy.ts'

/**
 * What the API answers with. For the published document and the tests that hold answers against it; requests are checked
 * by the schemas beside this file, and no function loads this one.
 */
const slot = z.enum(['blue', 'green'])
const share = z.number().min(0).max(100)
const outcome = z.enum(['pass', 'fail', 'no-data', 'error'])
const bySlot = <T extends z.ZodType>(schema: T) => z.strictObject({ blue: schema, green: schema })
const rawWeights = bySlot(z.int().min(0).max(999)).describe(
  'Raw router weights by slot; 0 where it is not in the action.',
)
const evidence = z.record(z.string(), z.unknown()).describe('The numbers it was decided on.')

const finding = z
  .strictObject({
    id: z.string().describe('`code` or `code:subject`; what an override names.'),
    severity: z.enum(['error', 'warning']),
    title: z.string(),
    detail: z.string(),
  })
  .meta({ id: 'Finding' })

const cause = z
  .strictObject({
    type: z.enum(['gate', 'command', 'drift', 'recovery', 'superseded', 'preflight', 'driver']),
    gate: z.exactOptional(z.string()),
    actor: z.exactOptional(actor),
    reason: z.string(),
  })
  .meta({ id: 'Cause' })

const step = z
  .strictObject({
    weight: share.describe('Canary share, percent.'),
    effectiveWeight: share.describe('What the routers can really do for it, percent.'),
    bakeSeconds: z.int().min(0),
    approval: z.boolean(),
    wave: z
      .exactOptional(z.int().min(1).max(20))
      .describe('The wave whose routes it moves; absent where all routes are in one wave.'),
  })
  .meta({ id: 'Step' })

const planMembers = {
  steps: z.array(step),
  minimumSeconds: z.int().min(0).describe('No success is possible earlier.'),
  exposurePercentMinutes: z.number().min(0).describe('Sum of weight × minutes of the steps below 100.'),
  resolverLagSeconds: z
    .exactOptional(z.int().min(1))
    .describe('How long after each write clients may go on as before; bakes begin after it. Absent without DNS.'),
}

const routeKind = z.enum(['alb', 'route53', 'lambda-alias', 'codedeploy'])

const restore = z
  .discriminatedUnion('status', [
    z.strictObject({ status: z.literal('restored'), at: instant }),
    z.strictObject({ status: z.literal('failed'), at: instant, reason: z.string() }),
  ])
  .meta({ id: 'RestoreOutcome' })

const driftMembers = {
  before: z.nullable(rawWeights).describe('What Sluice had there; null: nothing is recorded.'),
  after: rawWeights.describe('What was found.'),
  beyondWeights: z
    .boolean()
    .describe('True when something besides the weights differs: another action, stickiness, TTL.'),
}

const routeProgress = z
  .strictObject({
    kind: routeKind,
    resource: z.string(),
    wave: z.int().min(1).max(20),
    sides: z
      .exactOptional(bySlot(z.string()))
      .describe('What each slot holds, where it is no fixed place: versions of a function, or what CodeDeploy moves.'),
    drift: z
      .exactOptional(z.strictObject({ at: instant, ...driftMembers }))
      .describe('What somebody else changed here and nobody settled yet, as last noted; absent while nobody did.'),
    restore: z
      .exactOptional(restore)
      .describe('What the newest try to restore it came to; absent while none was needed.'),
  })
  .meta({ id: 'RouteProgress' })

const tail = z
  .strictObject({ seconds: z.int().min(1).describe('From the read-back on.'), endsAt: instant })
  .describe('After a rollback of DNS: how long clients may still come to the side that was left.')
  .meta({ id: 'Tail' })

const waitsFor = z
  .strictObject({
    finding: z.enum(['freeze', 'stopped']),
    reason: z.string(),
    until: z.nullable(instant).describe('null: until somebody lets the line run again.'),
  })
  .describe('What keeps the start, or the raise that is wanted, from being made; absent where nothing does.')
  .meta({ id: 'RaiseBlock' })

const queuePlace = z
  .strictObject({
    position: z.int().min(1).describe('Among those that wait; 1 is the next to start.'),
    ahead: z.array(z.string()).describe('What must end first: the open deployment, then those that wait before it.'),
    reason: z.string().describe('What it waits for now.'),
  })
  .describe('As it is at this moment; only while `queued`.')
  .meta({ id: 'QueuePlace' })

const stop = z.strictObject({ reason: z.string(), by: actor, at: instant }).meta({ id: 'Stop' })

const rollback = z
  .strictObject({ ready: z.boolean(), reasons: z.array(z.string()), estimatedSeconds: z.number().min(0) })
  .meta({ id: 'RollbackReadiness' })

const phaseNote = `Open: ${openPhases.join(', ')}. Final: ${finalPhases.join(', ')}.`

const deployment = z
  .strictObject({
    id: z.string(),
    service: serviceName,
    revision: z.exactOptional(z.string()),
    reason: z.exactOptional(z.string()),
    phase: z.enum(phases).describe(phaseNote),
    cause: z.nullable(cause),
    version: z.int().min(0).describe('Moves on phase, step, weight, command and on a change of a verdict word.'),
    stable: slot,
    canary: slot,
    step: z.int().min(0),
    weight: share.describe('What was last verified, percent; 0 after a rollback.'),
    effectiveWeight: share,
    observedWeight: z.nullable(share).describe('From the requests of each side; null until there is data.'),
    strategy,
    plan: z.strictObject(planMembers).meta({ id: 'Plan' }),
    routes: z.array(routeProgress).describe("The service's routes as at creation, in their order."),
    driver,
    lateRollbackOf: z
      .exactOptional(z.string())
      .describe('Of a late rollback: the id of the deployment that succeeded and is taken back.'),
    forced: z.exactOptional(z.boolean()).describe('Of a late rollback: it was asked for whatever spoke against it.'),
    lateRollbackBy: z
      .exactOptional(z.string())
      .describe('After success: the id of the late rollback that took it back.'),
    tail: z.exactOptional(tail),
    waitsFor: z.exactOptional(waitsFor),
    queue: z.exactOptional(queuePlace),
    gates: z.array(
      z
        .strictObject({
          name: z.string(),
          kind: z.string(),
          mode: z.enum(['enforce', 'observe']),
          verdict: outcome,
          reason: z.string(),
          evidence,
          judgedAt: instant,
        })
        .meta({ id: 'GateReport' }),
    ),
    findings: z.array(finding),
    approvals: z.array(z.strictObject({ by: z.string(), at: instant, step: z.int().min(0) })),
    rollback,
    createdBy: actor,
    createdAt: instant,
    nextActionAt: z.nullable(instant),
    endedAt: z.nullable(instant),
    links: z.record(z.string(), z.url()).describe('self, events, console, and those given at the start.'),
  })
  .meta({ id: 'Deployment' })

const event = z
  .strictObject({
    seq: z.int().min(1),
    at: instant,
    type: z.enum(['phase', 'write', 'verdict', 'command', 'note']),
    actor,
    reason: z.string(),
    from: z.exactOptional(z.enum(phases)),
    to: z.exactOptional(z.enum(phases)),
    resource: z.exactOptional(z.string()),
    before: z.exactOptional(rawWeights),
    after: z.exactOptional(rawWeights),
    gate: z.exactOptional(z.string()),
    verdict: z.exactOptional(outcome),
    evidence: z.exactOptional(evidence),
  })
  .meta({ id: 'Event' })

const sideCounts = z
  .strictObject({
    requests: z.number().min(0),
    bad: z.number().min(0).describe('Errors or slow requests, as the gate measures.'),
  })
  .meta({ id: 'SideCounts' })

const bucket = z
  .strictObject({
    startAt: instant,
    endAt: instant,
    step: z.int().min(0).describe('The step it lies in.'),
    weight: share.describe("The canary's configured share in it, percent."),
    strata: z
      .array(z.strictObject({ stable: sideCounts, canary: sideCounts }))
      .describe('Per route, in their order; one entry with counters of your own.'),
  })
  .meta({ id: 'Bucket' })

const service = z
  .strictObject({
    name: serviceName,
    ...serviceBody.shape,
    routes,
    gates,
    createdAt: instant,
    updatedAt: instant,
    findings: z.exactOptional(z.array(finding)).describe('Of the look at AWS that PUT takes.'),
  })
  .meta({ id: 'Service' })

const plannedWrite = z.strictObject({
  step: z.nullable(z.int().min(0)).describe('Whose weight it puts in place; null before the first and after the last.'),
  action: z
    .enum([
      ...(['attach', 'point-test', 'restore-test', 'shift', 'detach'] as const),
      ...(['create-config', 'create-deployment', 'driver-shift'] as const),
    ])
    .describe('`create-config` is sent only where it is missing. `driver-shift` is of CodeDeploy itself.'),
  resource: z.string(),
  before: z.nullable(rawWeights),
  after: z.nullable(rawWeights),
})

const dollars = z.number().min(0)

const fromWhere = z.nullable(z.enum(['given', 'measured']))

const stepDetection = z
  .strictObject({
    step: z.int().min(0),
    weight: share,
    ratio: z.nullable(z.number()).describe("Of the canary's rate to stable's; null: nothing would be detected."),
    rate: z.nullable(z.number().min(0).max(1)).describe("The canary's rate, fraction."),
    seconds: z.nullable(z.int().min(0)).describe('From the start of the step until the verdict.'),
    failedRequests: z.nullable(z.int().min(0)).describe('Bad canary requests until then.'),
    reason: z.exactOptional(z.string()).describe('Why it is not less, and what would help.'),
  })
  .meta({ id: 'StepDetection' })

const gateDetection = z
  .strictObject({
    gate: z.string(),
    measure: z.enum(['errors', 'slow']),
    requestsPerMinute: z.nullable(z.number().min(0)),
    baselineRate: z.nullable(z.number().min(0).max(1)).describe('Bad requests among all of stable, fraction.'),
    source: fromWhere.describe('Of requestsPerMinute.'),
    baselineSource: fromWhere,
    steps: z
      .array(stepDetection)
      .describe('The smallest regression beginning with the step that it would detect with a probability of 0.9.'),
    reason: z.exactOptional(z.string()).describe('Why there are no steps: the traffic is not known.'),
  })
  .meta({ id: 'GateDetection' })

const deploymentPlan = z
  .strictObject({
    ...planMembers,
    writes: z.array(plannedWrite).describe('Every write to AWS, in order. null: what a test entry does on its own.'),
    cost: z.strictObject({
      estimate: z.literal(true),
      basis: z.string(),
      stateTransitions: z.int().min(0),
      stepFunctionsUsd: dollars,
      computeAndStoreUsd: dollars,
      metricsUsd: dollars,
      totalUsd: dollars,
    }),
    detection: z.array(gateDetection).describe('Of each compare gate.'),
    findings: z.array(finding),
  })
  .meta({ id: 'DeploymentPlan' })

const side = z.nullable(z.strictObject({ healthy: z.int().min(0), total: z.int().min(0) }))

const traffic = z
  .strictObject({
    routes: z.array(
      z.strictObject({
        kind: routeKind,
        resource: z.string(),
        weight: z
          .nullable(share)
          .describe('Share of the canary, percent: without an open deployment, of the side that serves less.'),
        raw: z.nullable(rawWeights),
        targets: bySlot(side).describe('null where health is not available.'),
        lastWritten: z.nullable(rawWeights),
        drift: z
          .nullable(z.boolean())
          .describe(
            'Whether it routes otherwise than Sluice last wrote; null when nothing was written, or it cannot be read.',
          ),
        foreignChange: z
          .nullable(z.strictObject({ ...driftMembers, reason: z.string() }))
          .describe('What somebody else changed; null without drift.'),
        running: z
          .exactOptional(z.nullable(z.array(runningDeployment)))
          .describe('With a codedeploy route: what has not ended in the group; null: it could not be looked at.'),
        problem: z.nullable(z.string()).describe('Why the routing cannot be read; null when it can.'),
      }),
    ),
    leases: z.array(
      z.strictObject({ resource: z.string(), holder: z.string(), fence: z.int().min(0), expiresAt: instant }),
    ),
    rollback: z.nullable(rollback),
  })
  .meta({ id: 'Traffic' })

const health = z
  .strictObject({
    status: z.literal('ok'),
    version: z.string(),
    localTime: z.exactOptional(instant).describe('In local mode.'),
  })
  .meta({ id: 'Health' })

const checkReport = z
  .strictObject({
    checked: z
      .int()
      .min(0)
      .describe('Deployments that were looked at: all that are open or have just ended, and the first of each queue.'),
    failed: z
      .array(z.strictObject({ id: z.string(), reason: z.string() }))
      .describe('Those that could not be, or not wholly. The next check tries them again.'),
  })
  .meta({ id: 'CheckReport' })

const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(
      z.strictObject({
        path: z.string().describe('`routes[0].blue`, or the parameter or header.'),
        message: z.string(),
      }),
    ),
  })
  .describe('RFC 9457. With 409 also what the caller needs to go on: the open deployment, the owner, the current step.')
  .meta({ id: 'Problem' })

const page = <T extends z.ZodType>(items: T) =>
  z.strictObject({ items: z.array(items), nextCursor: z.nullable(z.string()) })

export const answers = {
  health,
  checkReport,
  problem,
  service,
  services: page(service),
  traffic,
  deploymentPlan,
  deployment,
  deployments: page(deployment),
  events: page(event),
  buckets: page(bucket),
  stop,
  policy,
  audit: page(auditEntry),
  createdToken,
  token,
  tokens: page(token),
}
