import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const sluice = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url))

export interface CommandRun {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

/** Runs the real command line. @param env - On top of this process's; an empty token is none. */
export async function runSluice(
  env: Readonly<{ SLUICE_URL: string; SLUICE_TOKEN?: string }>,
  args: readonly string[],
  input = '',
): Promise<CommandRun> {
  const child = spawn(process.execPath, [sluice, ...args], { env: { ...process.env, SLUICE_TOKEN: '', ...env } })
  child.stdin.end(input)
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return { stdout, stderr, code }
}
