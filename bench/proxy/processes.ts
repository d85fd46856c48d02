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

/** Whether what listens on `port` answers as it should. */
export type Probe = (port: number) => Promise<boolean>

/** Starts a program that listens on `port`; ready when it answers. */
export async function startProgram(
  command: string,
  args: readonly string[],
  port: number,
  isAnswering: Probe = answersHttp,
): Promise<RunningProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const failed = once(child, 'error').then(([error]) => {
    throw error
  })
  try {
    await Promise.race([failed, waitUntilAnswering(port, child, isAnswering)])
  } catch (error) {
    await stopChild(child)
    throw error
  }
  return { ports: [port], stop: () => stopChild(child) }
}

function answersHttp(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    (response) => response.ok,
    () => false,
  )
}

async function waitUntilAnswering(port: number, child: ChildProcess, isAnswering: Probe): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with code ${child.exitCode}`)
    if (await isAnswering(port)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${child.spawnfile} did not answer on port ${port} within 5 s`)
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}
