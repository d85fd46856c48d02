import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../ports/clock.ts'

/** The machine's clock: on AWS, local time is real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  realNow: () => Date.now(),
  sleep: (realMs) => sleep(realMs),
}
