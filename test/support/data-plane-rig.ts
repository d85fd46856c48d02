import { createManualClock, type ManualClock } from '../../local/clock.ts'
import type { DataPlane, ListenerConfig, TargetGroupConfig } from '../../local/data-plane/data-plane.ts'
import { createDataPlane, type DataPlaneOptions } from '../../local/data-plane/http-data-plane.ts'
import {
  aListener,
  aTargetGroup,
  type BackEnd,
  checkUntil,
  freePort,
  type RememberedMetrics,
  rememberMetrics,
} from './data-plane.ts'

/** A data plane on a manual clock with one listener port, and its back ends. */
export interface DataPlaneRig {
  readonly clock: ManualClock
  readonly metrics: RememberedMetrics
  readonly plane: DataPlane
  readonly port: number
  readonly url: string
  /** Puts a group whose targets are these back ends; they stop with the rig. */
  addGroup(name: string, backEnds: readonly BackEnd[], changes?: Partial<TargetGroupConfig>): void
  listen(rules: ListenerConfig['rules'], attributes?: Readonly<Record<string, string>>): Promise<void>
  untilState(group: string, backEnd: BackEnd, state: string): Promise<void>
  /** Lets the current local minute end, so that its metrics are recorded. */
  endMinute(): Promise<void>
  stop(): Promise<void>
}

export async function startRig(options: Pick<DataPlaneOptions, 'functions'> = {}): Promise<DataPlaneRig> {
  const clock = createManualClock()
  const metrics = rememberMetrics()
  const plane = createDataPlane({ clock, metrics, drainTimeoutMs: 1000, ...options })
  const port = await freePort()
  const started: BackEnd[] = []
  return {
    clock,
    metrics,
    plane,
    port,
    url: `http://127.0.0.1:${port}`,
    addGroup(name, backEnds, changes) {
      started.push(...backEnds)
      plane.putTargetGroup(aTargetGroup(name, changes))
      plane.registerTargets(
        aTargetGroup(name).arn,
        backEnds.map((backEnd) => ({ Id: '127.0.0.1', Port: backEnd.port })),
      )
    },
    listen: (rules, attributes = {}) => plane.putListener(aListener(port, { rules, attributes })),
    untilState: (group, backEnd, state) => checkUntil(plane, clock, { group, port: backEnd.port, state }),
    endMinute: () => clock.advance(60_000 - (clock.now() % 60_000)),
    async stop() {
      await plane.close()
      await Promise.all(started.map((backEnd) => backEnd.stop()))
    },
  }
}
