/**
 * Measures the DNS server of local mode against bind9 with one worker thread, each asked by dnsperf for the same name, with
 * 50 queries outstanding, in interleaved rounds: neighbours on a shared machine disturb both alike, so read the ratios.
 *
 * `npm run bench:dns [-- --rounds 5 --seconds 6 --json FILE]`; exit code 1 below the goals, 2 when it cannot run.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { findBind9, startBind9 } from './dns/bind9.ts'
import { type Measured, outstanding, requireDnsperf, runDnsperf } from './dns/dnsperf.ts'
import { median } from './median.ts'
import { type RunningProcess, startScript } from './proxy/processes.ts'

const goals = { 'sluice / bind9': 0.45, lost: 0 }

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '6' },
    json: { type: 'string' },
  },
})

const running: RunningProcess[] = []
try {
  process.exitCode = await run()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
} finally {
  await Promise.all(running.map((child) => child.stop()))
}

interface Round {
  readonly bind9: Measured
  readonly sluice: Measured
}

async function run(): Promise<number> {
  requireDnsperf()
  const bind9 = await start(startBind9(findBind9()))
  const sluice = await start(startScript('../dns/server.ts', []))
  const seconds = Number(flags.seconds)
  for (const port of [bind9, sluice]) await runDnsperf(port, 1)
  const rounds: Round[] = []
  for (let round = 0; round < Number(flags.rounds); round++) {
    rounds.push({ bind9: await runDnsperf(bind9, seconds), sluice: await runDnsperf(sluice, seconds) })
  }
  return report(rounds)
}

async function start(starting: Promise<RunningProcess>): Promise<number> {
  const child = await starting
  running.push(child)
  const [port] = child.ports
  if (port === undefined) throw new Error('a server did not say where it listens')
  return port
}

function report(rounds: readonly Round[]): number {
  console.log(
    `dnsperf over udp, ${outstanding} outstanding, ${flags.rounds} interleaved rounds of ${flags.seconds} s, queries/s`,
  )
  console.log('round      bind9     sluice  ratio   lost: bind9  sluice')
  const ratios = rounds.map(({ bind9, sluice }) => sluice.queriesPerSecond / bind9.queriesPerSecond)
  for (const [index, round] of rounds.entries()) console.log(toLine(String(index + 1), ratios[index] ?? 0, round))
  const middle = {
    bind9: summarise(rounds.map((each) => each.bind9)),
    sluice: summarise(rounds.map((each) => each.sluice)),
  }
  // Round by round, so that a neighbour's busy spell weighs on both sides of a ratio.
  const ratio = median(ratios)
  console.log(toLine('median', ratio, middle))
  const results = { 'sluice / bind9': ratio, lost: middle.sluice.lost }
  const isMet = { 'sluice / bind9': ratio >= goals['sluice / bind9'], lost: middle.sluice.lost <= goals.lost }
  for (const name of ['sluice / bind9', 'lost'] as const) {
    const result = name === 'lost' ? String(results.lost) : results[name].toFixed(2)
    console.log(`${name.padEnd(16)} ${result.padStart(6)}   goal ${goals[name]}: ${isMet[name] ? 'met' : 'MISSED'}`)
  }
  const met = isMet['sluice / bind9'] && isMet.lost
  const summary = { outstanding, rounds, ratios, median: middle, results, goals, met }
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(summary, null, 2)}\n`)
  return met ? 0 : 1
}

/** Median rate, and all that were lost. */
function summarise(measured: readonly Measured[]): Measured {
  return {
    queriesPerSecond: median(measured.map(({ queriesPerSecond }) => queriesPerSecond)),
    lost: measured.reduce((sum, { lost }) => sum + lost, 0),
  }
}

function toLine(name: string, ratio: number, { bind9, sluice }: Round): string {
  const rate = ({ queriesPerSecond }: Measured) => Math.round(queriesPerSecond).toLocaleString('en').padStart(9)
  const lost = ({ lost: count }: Measured, width: number) => String(count).padStart(width)
  return `${name.padEnd(6)} ${rate(bind9)}  ${rate(sluice)}  ${ratio.toFixed(2).padStart(5)}  ${lost(bind9, 11)}  ${lost(sluice, 6)}`
}
