import * as sdk from '@aws-sdk/client-cloudwatch'
import type { LocalClock } from '../../clock.ts'
import type { MetricSink } from '../../data-plane/data-plane.ts'
import { type RequestRates, withinRates } from '../request-rates.ts'
import { type AwsOperation, type AwsService, operation, type Persistent } from '../service.ts'
import type { AlarmStateChangeEvent } from './alarm-event.ts'
import { alarmOperations } from './alarm-operations.ts'
import { scheduleEvaluation } from './alarm-schedule.ts'
import { createAlarms } from './alarms.ts'
import { getMetricData } from './get-metric-data.ts'
import { getMetricStatistics } from './get-metric-statistics.ts'
import { listMetrics } from './list-metrics.ts'
import { createMetricStore, type MetricStore, type SavedMetrics } from './metric-store.ts'
import { putMetricData } from './put-metric-data.ts'
import { cloudWatchRates } from './request-rates.ts'
import { defaultMetricDelay, type MetricDelay } from './visibility.ts'

export interface CloudWatchOptions {
  readonly clock: LocalClock
  /** How late metrics of `AWS/…` appear. Default: a part after 60, the whole after 120 local seconds. */
  readonly metricDelaySeconds?: MetricDelay
  /** Default `000000000000`. */
  readonly accountId?: string
  /** How much it takes, real time. Default: as AWS. */
  readonly rates?: RequestRates
  /** Milliseconds of the clock of the rates, which never goes back. Default: the process's own. */
  readonly realNow?: () => number
  /** Told what a listener throws, and of errors of our own in the evaluation of alarms. Default: the console. */
  readonly reportError?: (error: unknown) => void
}

export interface CloudWatch {
  /** Speaks Query, JSON and CBOR. Its `state` is the alarms and their history. */
  readonly service: AwsService
  /** The same operations for other services of the cloud: what they poll themselves takes nothing of the account's rates. */
  readonly forServices: Pick<AwsService, 'operations'>
  /** Takes what the data plane counts. */
  readonly metrics: MetricSink
  /**
   * The metrics of the last three hours. Apart from the alarms, and not saved with every PutMetricData: writing them all
   * for each datum would cost more than a few lost points do. Whoever composes the cloud saves it now and then.
   */
  readonly metricsState: Persistent
  /** How many requests its rates have refused, by operation. */
  readonly throttled: Readonly<Record<string, number>>
  /**
   * Tells of every change of an alarm's state value, after it was made. Alarms also change without a call: who wants the
   * change to outlive the process saves `service.state` here. Returns what ends the telling.
   */
  onAlarmStateChange(listener: (event: AlarmStateChangeEvent) => void): () => void
  /** Stops the evaluation of alarms. */
  close(): void
}

/** CloudWatch of the rehearsal cloud: metrics, metric math and alarms, all on local time. */
export function createCloudWatch(options: CloudWatchOptions): CloudWatch {
  const { clock, metricDelaySeconds: delay = defaultMetricDelay, accountId = '000000000000' } = options
  const reportError = options.reportError ?? console.error
  const attempt = (action: () => void) => {
    try {
      action()
    } catch (error) {
      reportError(error)
    }
  }
  const listeners = new Set<(event: AlarmStateChangeEvent) => void>()
  const store = createMetricStore({ now: clock.now, delay })
  const alarms = createAlarms({
    store,
    now: clock.now,
    onStateChange: (event) => {
      for (const listener of listeners) attempt(() => listener(event))
    },
  })
  let minutes = 0
  const close = scheduleEvaluation(clock, {
    onMinute: () =>
      attempt(() => {
        if (++minutes % 60 === 0) store.prune()
        alarms.evaluate('all')
      }),
    onTenSeconds: () => attempt(() => alarms.evaluate('high-resolution')),
  })

  const unlimited = { ...metricOperations(store, clock.now), ...alarmOperations(alarms, accountId) }
  const { operations, throttled } = withinRates(unlimited, { rates: cloudWatchRates, code: 'Throttling', ...options })

  return {
    throttled,
    forServices: { operations: unlimited },
    service: {
      signingName: 'monitoring',
      apiVersion: '2010-08-01',
      targetPrefix: 'GraniteServiceVersion20100801',
      xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
      catalogue: sdk,
      throttlingCode: 'Throttling',
      state: alarms.state,
      operations,
    },
    metrics: {
      record({ namespace, metricName, dimensions, unit, at, values, counts }) {
        const observations = { values, counts }
        store.add({ namespace, metricName, dimensions }, { unit, at, highResolution: false, observations })
      },
    },
    metricsState: {
      name: 'cloudwatch-metrics',
      save: () => store.save(),
      // Only what `save` made gets here.
      load: (saved) => store.load(saved as SavedMetrics),
      reset: () => store.reset(),
    },
    onAlarmStateChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close,
  }
}

function metricOperations(store: MetricStore, now: () => number): Record<string, AwsOperation> {
  const at = () => ({ store, now: now() })
  return {
    // It changes no saved state: see CloudWatch.metricsState.
    PutMetricData: operation<sdk.PutMetricDataCommandInput, sdk.PutMetricDataCommandOutput>(
      sdk.PutMetricData$,
      false,
      (input) => putMetricData(input, at()),
    ),
    GetMetricData: operation<sdk.GetMetricDataCommandInput, sdk.GetMetricDataCommandOutput>(
      sdk.GetMetricData$,
      false,
      (input) => getMetricData(input, at()),
    ),
    GetMetricStatistics: operation<sdk.GetMetricStatisticsCommandInput, sdk.GetMetricStatisticsCommandOutput>(
      sdk.GetMetricStatistics$,
      false,
      (input) => getMetricStatistics(input, at()),
    ),
    ListMetrics: operation<sdk.ListMetricsCommandInput, sdk.ListMetricsCommandOutput>(
      sdk.ListMetrics$,
      false,
      (input) => listMetrics(input, at()),
    ),
  }
}
