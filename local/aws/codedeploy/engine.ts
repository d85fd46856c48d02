import { type AlarmStates, judgeAlarms } from './alarm-states.ts'
import { carryOut, type DeploymentWorld } from './carry-out.ts'
import { decide, LOOK_MS } from './decide.ts'
import { type Ending, endUnsuccessfully } from './ending.ts'
import { DeploymentFailure } from './failure.ts'
import { type DeploymentRecord, isFinal } from './records.ts'
import { newDeploymentId } from './store.ts'

export interface EngineOptions extends DeploymentWorld {
  readonly alarms: AlarmStates
  readonly reportError: (error: unknown) => void
}

/** Takes deployments from event to event on the local clock. */
export interface Engine {
  /** Looks at a deployment soon; whoever changed its record calls it. */
  wake(deployment: Pick<DeploymentRecord, 'id' | 'region'>): void
  /** Goes on with every deployment that is not over. */
  resume(): void
  /** Looks at nothing any more until `resume`; resolves when what was under way has ended. */
  pause(): Promise<void>
}

export function createEngine(options: EngineOptions): Engine {
  const { store, clock, save, reportError } = options
  const timers = new Map<string, () => void>()
  const looking = new Map<string, Promise<void>>()
  let generation = 0

  function schedule(deployment: Pick<DeploymentRecord, 'id' | 'region'>, ms: number): void {
    timers.get(deployment.id)?.()
    timers.set(
      deployment.id,
      clock.after(ms, () => look(deployment)),
    )
  }

  function look({ id, region }: Pick<DeploymentRecord, 'id' | 'region'>): void {
    timers.delete(id)
    // One look at a time: two would each act on what the other is about to change.
    if (looking.has(id)) {
      schedule({ id, region }, LOOK_MS / 10)
      return
    }
    const born = generation
    const turn = step(id, region, () => born === generation)
      .catch((error: unknown) => {
        reportError(error)
        return LOOK_MS
      })
      .then((ms) => {
        looking.delete(id)
        if (ms !== undefined && born === generation && !timers.has(id)) schedule({ id, region }, ms)
      })
    looking.set(id, turn)
  }

  /** @returns When to look again; undefined when the deployment is over. */
  async function step(id: string, region: string, isAlive: () => boolean): Promise<number | undefined> {
    const deployment = store.in(region).deployments.get(id)
    if (!deployment) return undefined
    const change = (next: (current: DeploymentRecord) => readonly DeploymentRecord[]) => {
      const { deployments } = store.in(region)
      const current = deployments.get(id)
      // A reset may have come while this look was under way.
      if (!current || !isAlive()) return
      for (const record of next(current)) {
        const isNew = !deployments.has(record.id)
        deployments.set(record.id, record)
        if (isNew) schedule(record, 0)
      }
      save().catch(reportError)
    }
    const end = (ending: Ending) =>
      change((current) => endUnsuccessfully(current, ending, { now: clock.now(), newId: newDeploymentId }))
    try {
      const alarm = isWatched(deployment) ? await judgeAlarms(options.alarms, deployment.alarms) : undefined
      if (alarm) {
        end({ status: 'Stopped', error: alarm, cause: 'DEPLOYMENT_STOP_ON_ALARM' })
        return undefined
      }
      return await carryOut(decide(deployment, clock.now()), deployment, { change, end, ...options })
    } catch (error) {
      if (!(error instanceof DeploymentFailure)) throw error
      end({ status: 'Failed', error: { code: error.code, message: error.message }, cause: 'DEPLOYMENT_FAILURE' })
      return undefined
    }
  }

  return {
    wake: (deployment) => schedule(deployment, 0),
    resume() {
      for (const deployment of store.deployments()) if (!isFinal(deployment)) schedule(deployment, 0)
    },
    async pause() {
      generation++
      for (const cancel of timers.values()) cancel()
      timers.clear()
      await Promise.all(looking.values())
    },
  }
}

/**
 * Alarms are watched to the end of the deployment: to ECS from Install on, as before it there is nothing to take back. A
 * rollback is not held up by the alarm that it answers.
 */
function isWatched({ creator, status, platform, targets }: DeploymentRecord): boolean {
  const isUnderWay = status === 'InProgress' || status === 'Ready'
  const events = targets[0]?.events ?? []
  const first = platform === 'ECS' ? events.find(({ name }) => name === 'Install') : events[0]
  return creator === 'user' && isUnderWay && first?.startedAt !== undefined
}
