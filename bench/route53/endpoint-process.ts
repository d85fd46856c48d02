import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { EndpointAnswer, EndpointQuestion, PairPlace, Refused } from './messages.ts'

/** The endpoint as a process of its own: what it spends is not taken from those who ask. */
export interface EndpointProcess {
  readonly url: string
  readonly places: readonly PairPlace[]
  /** Requests that were refused since the start. */
  refused(): Promise<Refused>
  /** Weights by set identifier, of each place. */
  weights(): Promise<readonly Readonly<Record<string, number>>[]>
  stop(): Promise<void>
}

/** @throws {Error} If it ends before it is ready. */
export async function startEndpoint(zones: number, pairs: number): Promise<EndpointProcess> {
  const script = fileURLToPath(new URL('./endpoint.ts', import.meta.url))
  const child = fork(script, [String(zones), String(pairs)], { execArgv: ['--import', 'tsx'] })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the endpoint ended with ${code}`)
  })
  ended.catch(() => undefined)
  const next = async () => {
    const [answer] = (await Promise.race([once(child, 'message'), ended])) as [EndpointAnswer]
    return answer
  }
  const ask = (question: EndpointQuestion) => {
    child.send(question)
    return next()
  }
  const first = await next()
  if (!('ready' in first)) throw new Error('the endpoint did not say that it is ready')
  return {
    ...first.ready,
    async refused() {
      const answer = await ask({ ask: 'refused' })
      if ('refused' in answer) return answer.refused
      throw new Error('the endpoint answered something else')
    },
    async weights() {
      const answer = await ask({ ask: 'weights' })
      if ('weights' in answer) return answer.weights
      throw new Error('the endpoint answered something else')
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill()
      await ended.catch(() => undefined)
    },
  }
}
