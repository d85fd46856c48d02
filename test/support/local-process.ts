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

/** Starts the command on free ports, 60 times real time, and waits until it says where it listens. */
export async function startLocalProcess(dataDir: string): Promise<LocalProcess> {
  const child = spawn(
    process.execPath,
    [command, 'local', '--port', '0', '--aws-port', '0', '--dns-port', '0', '--speed', '60', '--data-dir', dataDir],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
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
