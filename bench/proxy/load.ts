import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import { Pool } from 'undici'

/** Something that keeps 32 connections busy and counts. */
export interface Load {
  readonly name: string
  /** Requests per second over `seconds`. @throws {Error} If requests fail: a fast wrong answer is no result. */
  run(port: number, seconds: number): Promise<number>
}

/** wrk where it is installed; else a loader in this process, which is slower and so narrows the ratios. */
export function chooseLoad(): Load {
  if (spawnSync('wrk', ['-v']).error === undefined) return { name: 'wrk, 1 thread', run: runWrk }
  console.error('wrk is not installed, so this process makes the load; better: apt-get install wrk')
  return { name: 'own loader', run: runHere }
}

async function runWrk(port: number, seconds: number): Promise<number> {
  const { stdout } = await promisify(execFile)('wrk', ['-t1', '-c32', `-d${seconds}s`, `http://127.0.0.1:${port}/`])
  const failed = /Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)/.exec(stdout)
  if (failed) throw new Error(`requests to port ${port} failed: ${failed[0]}`)
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]
  if (rate === undefined) throw new Error(`wrk said nothing of requests per second:\n${stdout}`)
  return Number(rate)
}

async function runHere(port: number, seconds: number): Promise<number> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: 32, pipelining: 1 })
  const endsAt = performance.now() + seconds * 1000
  let done = 0
  const work = async () => {
    while (performance.now() < endsAt) {
      const { statusCode, body } = await pool.request({ path: '/', method: 'GET' })
      await body.dump()
      if (statusCode !== 200) throw new Error(`port ${port} answered ${statusCode}`)
      done++
    }
  }
  await Promise.all(Array.from({ length: 32 }, work))
  await pool.close()
  return done / seconds
}
