import { webArns } from '../../support/builders.ts'
import { type Act, bad, bakingAt, canary, good, type Outside, type Scenario } from '../scenario.ts'

/** A lease whose holder died with it, longer than any of ours lasts. Milliseconds. */
const staleMs = 30_000
const leaveLease = ({ world }: Outside) => world.ports.leases.take(webArns.rule, 'holder-dead', staleMs)
const staleLease: Act = { name: 'dead holder', when: bakingAt(0), outside: leaveLease }

/** Longer than the workflow tries to roll back. Milliseconds. */
const refusedMs = 4_200_000
const refuseRestores: Act = {
  name: 'refusal',
  when: bakingAt(0),
  outside: ({ world: { cloud, clock } }) => {
    cloud.refuseWrites(true)
    // Also where nobody comes to say that it failed.
    clock.after(refusedMs, () => cloud.refuseWrites(false))
  },
}
const allowRestores: Act = {
  name: 'end of the refusal',
  when: ({ phase }) => phase === 'rollback-failed',
  outside: ({ world }) => world.cloud.refuseWrites(false),
}

/** What an earlier failure left behind: a lease that nobody gives back, a rollback that could not be done for an hour. */
export const leftovers: readonly Scenario[] = [
  { ...good('stale lease at the start', { strategy: canary }), prepare: leaveLease },
  { ...bad('stale lease at the rollback', { strategy: canary }), acts: [staleLease] },
  {
    ...bad('rollback-failed recovers', { strategy: canary }),
    ...{ acts: [refuseRestores, allowRestores], from: 'NeedsAttention', isOnlyOnMemory: true },
  },
]
