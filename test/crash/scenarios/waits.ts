import { releaseLine } from '../../../shared/use-cases/release-line.ts'
import { stopLine } from '../../../shared/use-cases/stop-line.ts'
import {
  type Act,
  aborted,
  abortWhen,
  act,
  actor,
  bakingAt,
  type Command,
  canary,
  good,
  type Scenario,
} from '../scenario.ts'

/** Opens while the first step bakes, and is open when the second is to be written. */
const freeze = [{ cron: '2 0 * * *', durationSeconds: 300, timeZone: 'Etc/UTC', reason: 'lunch' }]
const freezeMs = { from: 120_000, to: 420_000 } as const

const holdInFreeze: Scenario['prepare'] = ({ world: { clock }, watch }) => {
  clock.after(freezeMs.from, () => watch.holdRaises(true))
  clock.after(freezeMs.to, () => watch.holdRaises(false))
}
const isWaiting: Act['when'] = ({ phase, waitsFor }) => phase === 'shifting' && waitsFor !== undefined

const stop: Command = {
  ...act('stop', bakingAt(0), (deps) => stopLine(deps, { actor, reason: 'incident' })),
  around: ({ watch }, isAnswered) => void (isAnswered && watch.holdRaises(true)),
}
const release: Command = {
  ...act('release', isWaiting, (deps) => releaseLine(deps, { actor })),
  around: ({ watch }) => watch.holdRaises(false),
}

/** A raise that waits for a freeze to end, or for a person. */
export const waits: readonly Scenario[] = [
  { ...good('freeze, raise waits', { strategy: canary, freeze }), prepare: holdInFreeze },
  {
    ...aborted('freeze, abort while waiting', { strategy: canary, freeze }, [abortWhen(isWaiting)]),
    prepare: holdInFreeze,
  },
  good('stopped line, raise waits', { strategy: canary }, [stop, release]),
  aborted('stopped line, abort while waiting', { strategy: canary }, [stop, abortWhen(isWaiting)]),
]
