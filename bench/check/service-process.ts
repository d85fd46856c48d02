import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Counted } from './messages.ts'

/** A part of the cloud as a process of its own: what it spends is not taken from the check. */
export interface ServiceProcess<Ready> {
  /** What it said when it was ready. */
  readonly ready: Ready
  /** The calls since the last time. */
  calls(): Promise<Counted>
  stop(): Promise<void>
}

/**
 * @param script - Beside this file; it answers with `answerQuestions`.
 * @throws {Error} If it ends before it is ready.
 */
export async function startService<Ready>(
  script: string,
  args: readonly string[] = [],
): Promise<ServiceProcess<Ready>> {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const child = fork(file, [...args], { execArgv: ['--import', 'tsx'] })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ended with ${code}`)
  })
  ended.catch(() => undefined)
  const next = async <Answer>() => {
    const [answer] = (await Promise.race([once(child, 'message'), ended])) as [Answer]
    return answer
  }
  return {
    ready: await next<Ready>(),
    async calls() {
      child.send('calls')
      return next<Counted>()
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill()
      await ended.catch(() => undefined)
    },
  }
}
