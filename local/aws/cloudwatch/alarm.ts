import type {
  CompositeAlarm,
  EvaluationState,
  MetricAlarm,
  PutCompositeAlarmInput,
  PutMetricAlarmInput,
  StateValue,
} from '@aws-sdk/client-cloudwatch'

/** An alarm as it is kept: plain JSON, instants in milliseconds since the epoch. */
export type Alarm = MetricAlarmRecord | CompositeAlarmRecord

interface AlarmBase {
  readonly name: string
  readonly arn: string
  readonly configuredAt: number
  readonly state: AlarmState
  readonly tags: Readonly<Record<string, string>>
}

export interface MetricAlarmRecord extends AlarmBase {
  readonly kind: 'metric'
  readonly settings: MetricAlarmSettings
}

export interface CompositeAlarmRecord extends AlarmBase {
  readonly kind: 'composite'
  readonly settings: CompositeAlarmSettings
}

/** What PutMetricAlarm was given, checked, without name and tags. */
export type MetricAlarmSettings = Omit<PutMetricAlarmInput, 'AlarmName' | 'Tags'>
export type CompositeAlarmSettings = Omit<PutCompositeAlarmInput, 'AlarmName' | 'Tags'>

export interface AlarmState {
  readonly value: StateValue
  readonly reason: string
  /** JSON text, as the API has it. */
  readonly reasonData?: string | undefined
  /** Changes with anything of the state. */
  readonly updatedAt: number
  /** Changes with `value` only. */
  readonly transitionedAt: number
  readonly evaluationState?: EvaluationState | undefined
}

/** The state a new alarm starts in. */
export function initialState(now: number): AlarmState {
  return {
    value: 'INSUFFICIENT_DATA',
    reason: 'Unchecked: Initial alarm creation',
    updatedAt: now,
    transitionedAt: now,
  }
}

export function toMetricAlarm({ settings, ...alarm }: MetricAlarmRecord): MetricAlarm {
  return { ...commonMembers(alarm), ...settings, ActionsEnabled: settings.ActionsEnabled ?? true, ...lists(settings) }
}

export function toCompositeAlarm({ settings, ...alarm }: CompositeAlarmRecord): CompositeAlarm {
  return { ...commonMembers(alarm), ...settings, ActionsEnabled: settings.ActionsEnabled ?? true, ...lists(settings) }
}

function commonMembers({ name, arn, configuredAt, state }: AlarmBase) {
  return {
    AlarmName: name,
    AlarmArn: arn,
    AlarmConfigurationUpdatedTimestamp: new Date(configuredAt),
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData !== undefined && { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: new Date(state.updatedAt),
    StateTransitionedTimestamp: new Date(state.transitionedAt),
    ...(state.evaluationState && { EvaluationState: state.evaluationState }),
  }
}

function lists(settings: MetricAlarmSettings | CompositeAlarmSettings) {
  return {
    OKActions: settings.OKActions ?? [],
    AlarmActions: settings.AlarmActions ?? [],
    InsufficientDataActions: settings.InsufficientDataActions ?? [],
  }
}
