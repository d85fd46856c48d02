import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import { createTarget, type Target } from './target.ts'

/** The Lambda functions behind target groups of type `lambda`: each version is an HTTP server on this machine. */
export interface FunctionTargets {
  /**
   * Chooses the version that answers one request.
   *
   * @param arn - Of a function, a version or an alias.
   * @returns Undefined when there is none.
   */
  choose(arn: string): FunctionCall | undefined
}

/** One request to a function. */
export interface FunctionCall {
  /** `http://127.0.0.1:9001`; undefined when the version has no server. */
  readonly origin: string | undefined
  /**
   * To be told once, when the answer has come or will not come.
   *
   * @param outcome - `failed`: the server answered 5xx, or not at all. `durationMs`: real time from its first byte sent
   *   to the end.
   */
  ended(outcome: { readonly failed: boolean; readonly durationMs: number }): void
}

/** A version's server, with the call that it answers. */
export interface FunctionRoute {
  readonly target: Target
  readonly call: FunctionCall
}

export interface FunctionRouter {
  /** Undefined when nothing can answer: the client gets 502. */
  route(function_: Pick<Target, 'id'>): FunctionRoute | undefined
  close(): Promise<void>
}

/** Keeps the connections of the versions' servers, by origin: a server may stand behind several versions in turn. */
export function createFunctionRouter(functions: FunctionTargets): FunctionRouter {
  const servers = new Map<string, Target>()

  function serverAt(origin: string): Target {
    const known = servers.get(origin)
    if (known) return known
    const { hostname, port } = new URL(origin)
    const description: TargetDescription = { Id: hostname.replace(/^\[|\]$/g, ''), Port: Number(port || 80) }
    const server = createTarget(description, { protocol: 'HTTP', port: 80 })
    servers.set(origin, server)
    return server
  }

  return {
    route({ id }) {
      const call = functions.choose(id)
      if (call?.origin !== undefined) return { target: serverAt(call.origin), call }
      call?.ended({ failed: true, durationMs: 0 })
      return undefined
    },
    async close() {
      await Promise.all([...servers.values()].map(({ pool }) => pool?.destroy()))
      servers.clear()
    },
  }
}
