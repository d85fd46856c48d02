import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { measuredName } from './measured-case.ts'

/** Queries that are under way at any time. */
export const outstanding = 50

/** What one run over one server gave. */
export interface Measured {
  readonly queriesPerSecond: number
  /** Queries without an answer within dnsperf's 5 s. */
  readonly lost: number
}

/** @throws {Error} If dnsperf is not installed; says which package has it. */
export function requireDnsperf(): void {
  if (spawnSync('dnsperf', ['-h']).error) throw new Error('dnsperf is not installed; try: apt-get install dnsperf')
}

/**
 * Asks the server on `port` for the measured name, over udp from one socket, for so many seconds.
 *
 * @throws {Error} If an answer is not NOERROR: a fast wrong answer is no result.
 */
export async function runDnsperf(port: number, seconds: number): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-dnsperf-'))
  try {
    const queries = join(directory, 'queries')
    writeFileSync(queries, `${measuredName} A\n`)
    const args = ['-s', '127.0.0.1', '-p', port, '-d', queries, '-q', outstanding, '-l', seconds, '-c', 1, '-T', 1]
    const { stdout } = await promisify(execFile)('dnsperf', args.map(String))
    return readReport(stdout, port)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function readReport(report: string, port: number): Measured {
  const queriesPerSecond = /Queries per second:\s+([\d.]+)/.exec(report)?.[1]
  const lost = /Queries lost:\s+(\d+)/.exec(report)?.[1]
  const codes = /Response codes:\s+(.*)/.exec(report)?.[1]
  if (queriesPerSecond === undefined || lost === undefined || codes === undefined) {
    throw new Error(`dnsperf said nothing of queries per second, lost ones or response codes:\n${report}`)
  }
  if (!/^NOERROR \d+ \(100\.00%\)$/.test(codes)) throw new Error(`port ${port} answered ${codes}, not only NOERROR`)
  return { queriesPerSecond: Number(queriesPerSecond), lost: Number(lost) }
}
