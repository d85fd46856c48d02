/** One call of a port's method. */
export interface PortCall {
  readonly method: string
  readonly args: readonly unknown[]
}

/** A throw in `before`: the call never happened. A throw in `after`: it took effect and its answer is lost. */
export interface PortFaults {
  before?: ((call: PortCall) => void | Promise<void>) | undefined
  after?: ((call: PortCall) => void | Promise<void>) | undefined
}

/** The same port, with `faults` (which may change at any time) around every call. */
export function withFaults<Port extends object>(port: Port, faults: PortFaults): Port {
  return new Proxy(port, {
    get(target, method, receiver) {
      const value: unknown = Reflect.get(target, method, receiver)
      if (typeof value !== 'function' || typeof method !== 'string') return value
      return async (...args: readonly unknown[]) => {
        await faults.before?.({ method, args })
        const answer: unknown = await value.apply(target, args)
        await faults.after?.({ method, args })
        return answer
      }
    },
  })
}
