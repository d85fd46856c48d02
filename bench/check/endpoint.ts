/**
 * The rehearsal cloud with a thousand services on it, in a process of its own: what it spends is not taken from the check.
 * It carries no traffic, but measures some, and takes only as many requests as AWS does.
 */
import { createCloudWatch } from '../../local/aws/cloudwatch/cloudwatch.ts'
import { exampleLoadBalancingRates } from '../../local/aws/elastic-load-balancing-v2/request-rates.ts'
import { createElasticLoadBalancing } from '../../local/aws/elastic-load-balancing-v2/service.ts'
import { createRoute53 } from '../../local/aws/route53/service.ts'
import { createAwsServer } from '../../local/aws/server.ts'
import { createStepFunctions } from '../../local/aws/step-functions/service.ts'
import { createLocalClock } from '../../local/clock.ts'
import { targetGroupOf } from '../../shared/domain/service.ts'
import { createFakeDataPlane } from '../../test/support/fake-data-plane.ts'
import { createCallCounter } from './call-counter.ts'
import { answerQuestions } from './child.ts'
import { fillCloud } from './fill-cloud.ts'
import { measurePlaces } from './measure-places.ts'
import type { CloudReady, Place } from './messages.ts'
import { region } from './names.ts'

const [services = '1000', sick = '10'] = process.argv.slice(2)

// The cloud is filled an hour ago, and faster than AWS would take it: local and real time jump.
let isFilled = false
let jumpedMs = 0
const wall = createLocalClock()
const clock = { ...wall, now: () => wall.now() - (isFilled ? 0 : 3_600_000) }
function realNow(): number {
  if (!isFilled) jumpedMs += 1000
  return jumpedMs + performance.now()
}

const sickGroups = new Set<string>()
const dataPlane = createFakeDataPlane()
const healthOf = dataPlane.targetHealth
dataPlane.targetHealth = (arn, targets) =>
  healthOf(arn, targets).map((target, index) =>
    sickGroups.has(arn) && index === 0
      ? { ...target, TargetHealth: { State: 'unhealthy', Reason: 'Target.Timeout' } }
      : target,
  )
const loadBalancing = createElasticLoadBalancing({ dataPlane, clock, realNow, rates: exampleLoadBalancingRates })
const dns = createRoute53({ clock, realNow })
const cloudWatch = createCloudWatch({ clock, realNow })
const stepFunctions = createStepFunctions({ clock, realNow, createRunner: () => ({ start: () => () => undefined }) })
const counter = createCallCounter()
const server = createAwsServer({
  clock,
  services: [loadBalancing, dns, cloudWatch.service, stepFunctions.service],
  requestLog: counter.requestLog,
})
await server.listen(0)

const places = await fillCloud({ services: Number(services), sick: Number(sick), loadBalancing, dns })
const stateMachineArn = stepFunctions.deploy({
  name: 'sluice-deployment',
  definition: { StartAt: 'Bake', States: { Bake: { Type: 'Succeed' } } },
  roleArn: 'arn:aws:iam::000000000000:role/sluice',
  region,
})
for (const place of places) await openPlace(place)
isFilled = true
measurePlaces(cloudWatch.metrics, clock.now(), places)
answerQuestions(counter, { url: server.url, stateMachineArn, places } satisfies CloudReady)

/** Its execution runs, its alarm is quiet since an hour ago. */
async function openPlace({ id, alarm, isSick, route }: Place): Promise<void> {
  const call = { requestId: 'fill', region }
  const input = JSON.stringify({ Payload: { deploymentId: id, schemaVersion: 1 } })
  await stepFunctions.service.operations.StartExecution?.handle({ stateMachineArn, name: id, input }, call)
  const canary = targetGroupOf(route, 'green')
  if (isSick && canary !== null) sickGroups.add(canary)
  if (alarm === null) return
  const metric = { Namespace: 'Shop', MetricName: alarm, Statistic: 'Sum', Period: 60, EvaluationPeriods: 1 }
  const rule = { Threshold: 1, ComparisonOperator: 'GreaterThanThreshold', TreatMissingData: 'ignore' }
  const { PutMetricAlarm, SetAlarmState } = cloudWatch.service.operations
  await PutMetricAlarm?.handle({ AlarmName: alarm, ...metric, ...rule }, call)
  await SetAlarmState?.handle({ AlarmName: alarm, StateValue: 'OK', StateReason: 'quiet' }, call)
}
