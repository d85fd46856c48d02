import type { SharedReads } from '../deps.ts'
import type { Clock } from '../ports/clock.ts'
import type { DeploymentStore } from '../ports/deployment-store.ts'
import type { HostedZones } from '../ports/hosted-zones.ts'
import type { TargetHealth } from '../ports/target-health.ts'
import type { RouterFor } from '../ports/traffic-router.ts'
import type { Workflow } from '../ports/workflow.ts'
import { lazy, perRegion, toClientConfig } from './aws-client.ts'
import { type CallRate, createCallRate } from './call-rate.ts'
import { createManyTargetHealth } from './many-target-health.ts'
import { createSharedRecords, type ReadPairs } from './route53/shared-records.ts'
import type { Pace } from './route53/take-request.ts'
import { createSharedRouters } from './shared-routers.ts'

/**
 * What a look at many deployments takes of an account's rates, so that workflows, which raise traffic, and people find
 * the rest. A process has one of each: a function that is called again goes on where the last call left it.
 */
const rates = {
  /** AWS gives reads of Elastic Load Balancing a bucket of 40 that refills with 10 a second, "for example". */
  elb: { perSecond: 8, burst: 30, of: 'Elastic Load Balancing' },
  /**
   * A rollback asks Elastic Load Balancing about four things. Three hundred that begin together would spend its bucket on
   * reads that do not complete one another, and be back after 18 minutes instead of 3 (simulated).
   */
  rollbacks: { perSecond: 2, burst: 8, patienceMs: 90_000, of: 'rollbacks of the check' },
  /** Each asks for up to 90,000 points, and an account has as many a second where a call begins over three hours ago. */
  longRanges: { perSecond: 1, burst: 1, of: 'CloudWatch GetMetricData over more than three hours' },
  /** Nine DescribeAlarms a second. */
  alarms: { perSecond: 7, burst: 7, of: 'CloudWatch DescribeAlarms' },
  /** 15 DescribeExecution a second in the large Regions, 10 elsewhere, from a bucket of 250. */
  executions: { perSecond: 7, burst: 100, of: 'Step Functions DescribeExecution' },
}

/** A call for hundreds takes longer than one for one. */
const patient = { maxAttempts: 3, timeoutMs: 10_000 }
const deadlineMs = 20_000

/** A zone's page is worth waiting for others of the zone: an account has five requests a second, and writers need them. */
const unhurried = { quietMs: 250, quietMsEach: 50 }

export interface LookTogetherOptions {
  readonly region: string
  readonly stateMachineArn: string
  readonly clock: Pick<Clock, 'now'>
  readonly pace: Pace
  readonly readPairs: ReadPairs
  /** False where nobody limits load balancing, or points of metrics: in local mode a minute's look comes each second. Default true. */
  readonly paced?: boolean
  /** The store over connections of its own; called at the first look. */
  readonly openStore: () => DeploymentStore
  /** Whoever has nobody to share with. */
  readonly alone: {
    readonly routerFor: RouterFor
    readonly targetHealth: TargetHealth
    readonly hostedZones: HostedZones
    readonly workflow: Workflow
  }
}

/**
 * The reads that many deployments share, wired. What they keep between two looks is rates, connections and where target
 * groups hang; the answers are each look's own. SDK clients are loaded at first use.
 */
export function createLookTogether(options: LookTogetherOptions): () => SharedReads {
  const { alone, openStore, paced = true } = options
  const elbRate: CallRate = paced ? createCallRate(rates.elb) : (call) => call()
  const rollBackInTurn: CallRate = paced ? createCallRate(rates.rollbacks) : (call) => call()
  const elb = lazy(() => loadElb(elbRate))
  const cloudWatch = lazy(() => loadCloudWatch(options))
  const workflow = lazy(() => loadWorkflow(options))
  const targetGroups: SharedReads['targetGroups'] = {
    loadBalancerOf: async (arn) => (await elb()).targetGroups.loadBalancerOf(arn),
  }
  let deployments: DeploymentStore | undefined
  const kept: Omit<SharedReads, 'targetHealth' | 'deployments'> = {
    rollBackInTurn,
    routerFor: createSharedRouters(alone.routerFor, {
      actionsOf: async (route) => (await elb()).actionsOf(route),
      recordsOf: createSharedRecords({ ...options, ...unhurried, zones: alone.hostedZones }),
    }),
    targetGroups,
    metrics: {
      read: async (query) => (await cloudWatch()).metrics.read(query),
      counts: async (query) => (await cloudWatch()).metrics.counts(query),
      series: async (query) => (await cloudWatch()).metrics.series(query),
    },
    alarms: { read: async (names, sinceMs) => (await cloudWatch()).alarms.read(names, sinceMs) },
    healthChecks: { read: async (ids) => (await cloudWatch()).healthChecks.read(ids) },
    workflow: { ...alone.workflow, status: async (id, execution) => (await workflow()).status(id, execution) },
  }
  return () => {
    deployments ??= openStore()
    const targetHealth = createManyTargetHealth({
      direct: alone.targetHealth,
      targetGroups,
      countsOf: async (group) => (await cloudWatch()).countsOf(group),
      rate: elbRate,
    })
    return { ...kept, deployments, targetHealth }
  }
}

/** Nobody holds a lease while these are read, so they may take longer than a read before a write. */
async function loadElb(rate: CallRate) {
  const [{ ElasticLoadBalancingV2Client }, { createSharedAlbReads }] = await Promise.all([
    import('@aws-sdk/client-elastic-load-balancing-v2'),
    import('./alb/shared-reads.ts'),
  ])
  const readerFor = perRegion((region) => new ElasticLoadBalancingV2Client(toClientConfig(region, patient)))
  return createSharedAlbReads({ readerFor, rate, deadlineMs })
}

async function loadCloudWatch({ region, clock, paced = true }: LookTogetherOptions) {
  const [
    { CloudWatchClient },
    { createMetricPagesReader },
    { createSharedMetricDataReader, isShort },
    { toMetricsSource },
    { toHealthCheckSource },
    { createDescribeAlarms, toAlarmSource },
    { createSharedDescribeAlarms },
    { createHostCounts },
  ] = await Promise.all([
    import('@aws-sdk/client-cloudwatch'),
    import('./cloudwatch/metric-data.ts'),
    import('./cloudwatch/shared-metric-data.ts'),
    import('./cloudwatch/metrics-source.ts'),
    import('./cloudwatch/health-check-source.ts'),
    import('./cloudwatch/alarm-source.ts'),
    import('./cloudwatch/shared-alarms.ts'),
    import('./cloudwatch/host-counts.ts'),
  ])
  const clientFor = perRegion((name) => new CloudWatchClient(toClientConfig(name, patient)))
  const readPages = createMetricPagesReader(clientFor, deadlineMs)
  const longRate: CallRate = paced ? createCallRate(rates.longRanges) : (call) => call()
  const readMetricData = createSharedMetricDataReader((name, queries, range) => {
    const read = () => readPages(name, queries, range)
    return isShort(range) ? read() : longRate(read)
  })
  const describe = createSharedDescribeAlarms(
    createDescribeAlarms(clientFor(region), deadlineMs),
    createCallRate(rates.alarms),
  )
  return {
    metrics: toMetricsSource(readMetricData, clock),
    healthChecks: toHealthCheckSource(readMetricData, clock),
    alarms: toAlarmSource(clientFor(region), deadlineMs, describe),
    countsOf: createHostCounts(readMetricData, clock),
  }
}

async function loadWorkflow({ region, stateMachineArn, alone }: LookTogetherOptions) {
  const [{ SFNClient }, { createListRunning, createSharedWorkflow }] = await Promise.all([
    import('@aws-sdk/client-sfn'),
    import('./stepfunctions/shared-workflow.ts'),
  ])
  const client = new SFNClient(toClientConfig(region, patient))
  return createSharedWorkflow({
    workflow: alone.workflow,
    listRunning: createListRunning(client, stateMachineArn),
    rate: createCallRate(rates.executions),
  })
}
