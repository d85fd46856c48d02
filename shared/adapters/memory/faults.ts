/** One call to the memory cloud, as a fault hook sees it. */
export interface CloudCall {
  readonly action:
    | 'router.read'
    | 'router.write'
    | 'test.read'
    | 'test.write'
    | 'inspector.inspect'
    | 'health.read'
    | 'metrics.read'
    | 'metrics.counts'
    | 'metrics.series'
    | 'alarms.read'
    | 'health-checks.read'
    | 'prober.probe'
    | 'webhook.ask'
    | 'secrets.read'
    | 'target-groups.read'
    | 'driver.find'
    | 'driver.create'
    | 'driver.read'
    | 'driver.continue'
    | 'driver.stop'
    | 'driver.previousRevision'
    | 'zones.zone'
    | 'zones.page'
    | 'zones.upsert'
    | 'zones.changeStatus'
  /** The rule, listener, group, alarm names, health check ids, URL, name of the secret, hosted zone, change or deployment group. */
  readonly subject: string
}

/**
 * What goes wrong around a call. A throw in `before`: it never happened. A throw in `after`: it took effect and the
 * answer is lost. A promise that never settles: the call hangs.
 */
export interface FaultHook {
  readonly before?: (call: CloudCall) => void | Promise<void>
  readonly after?: (call: CloudCall) => void | Promise<void>
}

/** Runs `work` as one call, with whatever goes wrong around it at that moment. */
export type RunCall = <T>(call: CloudCall, work: () => T) => Promise<T>

export function createFaults(): { readonly inject: (hook: FaultHook) => void; readonly run: RunCall } {
  let hook: FaultHook = {}
  return {
    inject(next) {
      hook = next
    },
    async run(call, work) {
      // The hook of the start: changing it during a call must not change that call's end.
      const { before, after } = hook
      await before?.(call)
      const answer = work()
      await after?.(call)
      return answer
    },
  }
}
