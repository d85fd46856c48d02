import type { CloudReady, Counted, Place } from './messages.ts'
import { type ServiceProcess, startService } from './service-process.ts'

export interface CloudProcesses {
  /** Of everything but the store. */
  readonly url: string
  readonly storeUrl: string
  readonly stateMachineArn: string
  readonly places: readonly Place[]
  /** The calls of all services since the last time. */
  calls(): Promise<Counted>
  stop(): Promise<void>
}

/** @param sick - So many of the services have an unhealthy target. */
export async function startCloud(services: number, sick: number): Promise<CloudProcesses> {
  const store = await startService<{ readonly url: string }>('./store.ts')
  const endpoint = await startService<CloudReady>('./endpoint.ts', [String(services), String(sick)]).catch(
    async (error: unknown) => {
      await store.stop()
      throw error
    },
  )
  const both: readonly ServiceProcess<unknown>[] = [store, endpoint]
  return {
    ...endpoint.ready,
    storeUrl: store.ready.url,
    async calls() {
      const counted = await Promise.all(both.map((one) => one.calls()))
      return {
        calls: Object.assign({}, ...counted.map(({ calls }) => calls)),
        throttled: Object.assign({}, ...counted.map(({ throttled }) => throttled)),
      }
    },
    stop: async () => void (await Promise.all(both.map((one) => one.stop()))),
  }
}
