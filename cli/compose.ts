import { perRegion, toClientConfig } from '../shared/adapters/aws-client.ts'
import type { Clock } from '../shared/ports/clock.ts'
import type { MetricsSource } from '../shared/ports/metrics-source.ts'
import type { TargetGroups } from '../shared/ports/target-groups.ts'

const patient = { maxAttempts: 5, timeoutMs: 10_000 }

/** The command line's composition root. CloudWatch with the caller's own credentials and `AWS_ENDPOINT_URL`. */
export async function composeMetrics(clock: Pick<Clock, 'now'>): Promise<MetricsSource> {
  // Says at every start that Node 20 will do until January 2027; the lock file keeps versions that run on it.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  const [{ CloudWatchClient }, { createCloudWatchMetricsSource }] = await Promise.all([
    import('@aws-sdk/client-cloudwatch'),
    import('../shared/adapters/cloudwatch/metrics-source.ts'),
  ])
  const clientFor = perRegion((region) => new CloudWatchClient(toClientConfig(region, patient)))
  return createCloudWatchMetricsSource(clientFor, clock, 60_000)
}

/** Elastic Load Balancing with the same credentials, asked only about target groups that a DNS route names. */
export async function composeTargetGroups(): Promise<TargetGroups> {
  const [{ ElasticLoadBalancingV2Client }, { createAlbTargetGroups }] = await Promise.all([
    import('@aws-sdk/client-elastic-load-balancing-v2'),
    import('../shared/adapters/alb/target-groups.ts'),
  ])
  const readerFor = perRegion((region) => new ElasticLoadBalancingV2Client(toClientConfig(region, patient)))
  return createAlbTargetGroups(readerFor, 60_000)
}
