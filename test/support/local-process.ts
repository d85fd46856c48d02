import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** `sluice local` in a process of its own, to be killed. */
export interface LocalProcess {
  readonly apiUrl: string
  readonly awsUrl: string
  /** SIGKILL: no handler runs, nothing is tidied up. */
  kill(): Promise<void>
}

const command = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url))

/**
 * Starts the command on free ports and waits until it says where it listens. It does not outlive this process.
 *
 * @param speed - Local seconds per real second. Default 60.
 * @throws {Error} If it ends before it is up, with what it wrote to standard error.
 */
export async function startLocalProcess(dataDir: string, speed = 60): Promise<LocalProcess> {
  const ports = ['--port', '0', '--aws-port', '0', '--dns-port', '0']
  const child = spawn(process.execPath, [command, 'local', ...ports, '--speed', String(speed), '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  endWithThisProcess(child)
  const [apiUrl, awsUrl] = await readUrls(child)
  return {
    apiUrl,
    awsUrl,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

function endWithThisProcess(child: ChildProcess): void {
  const end = () => void child.kill('SIGKILL')
  process.once('exit', end)
  child.once('exit', () => void process.off('exit', end))
}

async function readUrls(child: ChildProcess): Promise<[string, string]> {
  if (!child.stdout || !child.stderr) throw new Error('the process has no output')
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += String(chunk)
  })
  const seen: Record<string, string> = {}
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, url] = /^ {2}(API|AWS endpoint) +(http:\S+)/.exec(line) ?? []
    if (name && url) seen[name] = url
    if (seen.API && seen['AWS endpoint']) {
      child.stdout.resume()
      return [seen.API, seen['AWS endpoint']]
    }
  }
  throw new Error(`sluice local ended before it was up: ${errors}`)
}
