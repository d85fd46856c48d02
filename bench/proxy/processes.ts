import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A process of the benchmark and the loopback ports it listens on. */
export interface RunningProcess {
  readonly ports: readonly number[]
  stop(): Promise<void>
}

/** Starts one of this folder's scripts; it sends its ports once it listens. */
export async function startScript(name: string, args: readonly string[]): Promise<RunningProcess> {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), args, { execArgv: ['--import', 'tsx'] })
  const ready = once(child, 'message')
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with code ${code} before it listened`)
  })
  const [ports] = await Promise.race([ready, died])
  return { ports, stop: () => stopChild(child) }
}

/** Starts a program that listens on `port`; ready when it accepts a connection. */
export async function startProgram(command: string, args: readonly string[], port: number): Promise<RunningProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const failed = once(child, 'error').then(([error]) => {
    throw error
  })
  await Promise.race([failed, waitUntilAnswering(port, child)])
  return { ports: [port], stop: () => stopChild(child) }
}

async function waitUntilAnswering(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with code ${child.exitCode}`)
    const answered = await fetch(`http://127.0.0.1:${port}/`).then(
      (response) => response.ok,
      () => false,
    )
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${child.spawnfile} did not answer on port ${port} within 5 s`)
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}
