import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const sluice = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url))

export interface CommandRun {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

export interface RunOptions {
  /** On top of this process's; a token that is not given is none. */
  readonly env?: Readonly<Record<string, string>>
  /** For its standard input. Default: nothing. */
  readonly input?: string
  /** Where it runs. Default: where this process does. */
  readonly cwd?: string
}

/** Runs the real command line. */
export async function runSluice(
  args: readonly string[],
  { env, input = '', cwd }: RunOptions = {},
): Promise<CommandRun> {
  const child = spawn(process.execPath, [sluice, ...args], { cwd, env: { ...process.env, SLUICE_TOKEN: '', ...env } })
  child.stdin.end(input)
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return { stdout, stderr, code }
}
