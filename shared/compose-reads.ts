import { lazy, perRegion, toClientConfig } from './adapters/aws-client.ts'
import type { Config } from './config.ts'
import type { Deps } from './deps.ts'
import type { Clock } from './ports/clock.ts'

/** For calls that nobody holds a lease for. */
export const patient = { maxAttempts: 3, timeoutMs: 5000 }

/** Metrics, alarms and Route 53 health checks; the SDK's client is loaded at the first read. */
export function composeCloudWatch(
  { region }: Pick<Config, 'region'>,
  clock: Clock,
): Pick<Deps, 'metrics' | 'alarms' | 'healthChecks'> {
  const adapters = lazy(async () => {
    const [
      { CloudWatchClient },
      { createCloudWatchMetricsSource },
      { createCloudWatchAlarmSource },
      { createCloudWatchHealthCheckSource },
    ] = await Promise.all([
      import('@aws-sdk/client-cloudwatch'),
      import('./adapters/cloudwatch/metrics-source.ts'),
      import('./adapters/cloudwatch/alarm-source.ts'),
      import('./adapters/cloudwatch/health-check-source.ts'),
    ])
    const clientFor = perRegion((where) => new CloudWatchClient(toClientConfig(where, patient)))
    return {
      metrics: createCloudWatchMetricsSource(clientFor, clock),
      alarms: createCloudWatchAlarmSource(clientFor(region)),
      healthChecks: createCloudWatchHealthCheckSource(clientFor, clock),
    }
  })
  return {
    metrics: {
      read: async (query) => (await adapters()).metrics.read(query),
      counts: async (query) => (await adapters()).metrics.counts(query),
      series: async (query) => (await adapters()).metrics.series(query),
    },
    alarms: { read: async (names, sinceMs) => (await adapters()).alarms.read(names, sinceMs) },
    healthChecks: { read: async (ids) => (await adapters()).healthChecks.read(ids) },
  }
}

/** Parameter Store; its client is loaded at the first read. */
export function composeSecrets({ region }: Pick<Config, 'region'>, clock: Clock): Pick<Deps, 'secrets'> {
  const source = lazy(async () => {
    const [{ SSMClient }, { createSsmSecretSource }] = await Promise.all([
      import('@aws-sdk/client-ssm'),
      import('./adapters/ssm/secret-source.ts'),
    ])
    return createSsmSecretSource(new SSMClient(toClientConfig(region, patient)), clock)
  })
  return { secrets: { read: async (name) => (await source()).read(name) } }
}
