import { AwsError, type Persistent } from '../service.ts'
import { type Alarm, type AlarmState, initialState } from './alarm.ts'
import { type AlarmStateChangeEvent, toStateChangeEvent } from './alarm-event.ts'
import {
  type AlarmHistory,
  configurationEntry,
  createAlarmHistory,
  type HistoryEntry,
  stateEntry,
} from './alarm-history.ts'
import { alarmPeriod, judgeAlarm } from './alarm-judgement.ts'
import { judgeComposite, parentsOf } from './composite-alarms.ts'
import { resourceNotFound, validationError } from './faults.ts'
import type { MetricStore } from './metric-store.ts'

export interface AlarmsOptions {
  readonly store: MetricStore
  /** Local time in milliseconds since the epoch. */
  readonly now: () => number
  /** Called after each change of a state value, in order. */
  readonly onStateChange: (event: AlarmStateChangeEvent) => void
}

/** Every alarm of the rehearsal cloud: its configuration, state and history. */
export interface Alarms {
  readonly history: AlarmHistory
  /** Sorted by name. */
  all(): readonly Alarm[]
  find(name: string): Alarm | undefined
  /**
   * Creates an alarm, or updates it and keeps its state and tags.
   * @throws {AwsError} ValidationError if the name belongs to an alarm of the other kind.
   */
  put(configuration: AlarmConfiguration): void
  /** @throws {AwsError} ResourceNotFound; ValidationError if a composite alarm looks at one of them. */
  remove(names: readonly string[]): void
  /** @throws {AwsError} ResourceNotFound. */
  setState(name: string, state: Pick<AlarmState, 'value' | 'reason' | 'reasonData'>): void
  /** Changes tags or settings without touching the state. @throws {AwsError} ResourceNotFound. */
  change(name: string, change: (alarm: Alarm) => Alarm): void
  /** Judges the metric alarms: all, or those with a period below a minute. Composite alarms follow. */
  evaluate(which: 'all' | 'high-resolution'): void
  readonly state: Persistent
}

/** What differs between two puts of the same alarm. */
export type AlarmConfiguration = Alarm extends infer One
  ? One extends Alarm
    ? Pick<One, 'name' | 'arn' | 'kind' | 'settings' | 'tags'>
    : never
  : never

export function createAlarms({ store, now, onStateChange }: AlarmsOptions): Alarms {
  const alarms = new Map<string, Alarm>()
  const history = createAlarmHistory(now)
  const find = (name: string) => alarms.get(name)

  function existing(name: string): Alarm {
    const alarm = alarms.get(name)
    if (!alarm) throw resourceNotFound(`The alarm ${name} does not exist.`)
    return alarm
  }

  function update(alarm: Alarm, next: Pick<AlarmState, 'value' | 'reason' | 'reasonData'>): void {
    const before = alarm.state
    const transitions = before.value !== next.value
    const state = { ...next, updatedAt: now(), transitionedAt: transitions ? now() : before.transitionedAt }
    const changed = { ...alarm, state }
    alarms.set(alarm.name, changed)
    if (!transitions) return
    history.add(stateEntry(changed, before, state))
    onStateChange(toStateChangeEvent(changed, before, state))
    // Cycles end here: an alarm in a cycle is never judged.
    for (const parent of parentsOf(alarm.name, alarms.values())) judgeParent(parent.name, changed)
  }

  function judgeParent(name: string, cause?: Alarm): void {
    const alarm = alarms.get(name)
    const judged = alarm?.kind === 'composite' && judgeComposite(alarm, { find, cause, now: now() })
    if (alarm && judged) update(alarm, judged)
  }

  function judge(alarm: Alarm): void {
    if (alarm.kind !== 'metric') return
    try {
      const judged = judgeAlarm(alarm.settings, { store, now: now() })
      if (judged && judged.value !== alarm.state.value) update(alarm, judged)
      else if (alarm.state.evaluationState)
        alarms.set(alarm.name, { ...alarm, state: withoutError(alarm.state, now()) })
    } catch (error) {
      // An alarm that cannot be evaluated says so and keeps its state; the others are still judged.
      if (!(error instanceof AwsError)) throw error
      if (alarm.state.evaluationState) return
      alarms.set(alarm.name, {
        ...alarm,
        state: { ...alarm.state, evaluationState: 'EVALUATION_ERROR', updatedAt: now() },
      })
    }
  }

  return {
    history,
    all: () => [...alarms.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    find,
    put(configuration) {
      const before = alarms.get(configuration.name)
      if (before && before.kind !== configuration.kind)
        throw validationError(`An alarm of another type already has the name ${configuration.name}.`)
      const alarm: Alarm = {
        ...configuration,
        configuredAt: now(),
        state: before?.state ?? initialState(now()),
        tags: before?.tags ?? configuration.tags,
      }
      alarms.set(alarm.name, alarm)
      history.add(configurationEntry(alarm, before ? 'Update' : 'Create', now()))
      if (alarm.kind === 'composite') judgeParent(alarm.name)
    },
    remove(names) {
      const doomed = names.map(existing)
      for (const { name } of doomed) {
        const parent = parentsOf(name, alarms.values()).find((one) => !names.includes(one.name) || one.name === name)
        if (parent) throw validationError(`Cannot delete ${name} as the composite alarm ${parent.name} depends on it.`)
      }
      for (const alarm of doomed) {
        alarms.delete(alarm.name)
        history.add(configurationEntry(alarm, 'Delete', now()))
      }
    },
    setState: (name, state) => update(existing(name), state),
    change: (name, change) => void alarms.set(name, change(existing(name))),
    evaluate(which) {
      // A copy: what happens to one alarm must not change which others are judged.
      for (const { name } of [...alarms.values()]) {
        const alarm = alarms.get(name)
        if (alarm?.kind === 'metric' && (which === 'all' || alarmPeriod(alarm.settings) < 60)) judge(alarm)
      }
    },
    state: {
      name: 'cloudwatch-alarms',
      save: (): SavedAlarms => ({ alarms: [...alarms.values()], history: history.save() }),
      load(saved) {
        // Only what `save` made gets here.
        const { alarms: kept, history: entries } = saved as SavedAlarms
        alarms.clear()
        for (const alarm of kept) alarms.set(alarm.name, alarm)
        history.load(entries)
      },
      reset() {
        alarms.clear()
        history.load([])
      },
    },
  }
}

interface SavedAlarms {
  readonly alarms: readonly Alarm[]
  readonly history: readonly HistoryEntry[]
}

function withoutError({ evaluationState, ...state }: AlarmState, now: number): AlarmState {
  return { ...state, updatedAt: now }
}
