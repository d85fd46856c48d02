/**
 * Measures the load balancer of local mode against nginx and against a plain node:http proxy, on the same two back ends,
 * 90/10 by weight, in interleaved rounds: neighbours on a shared machine disturb all three alike, so read the ratios.
 *
 * `npm run bench:proxy [-- --rounds 5 --seconds 6 --json FILE]`; exit code 1 below the goals, 2 when it cannot run.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { median } from './median.ts'
import { chooseLoad, type Load } from './proxy/load.ts'
import { startNginx } from './proxy/nginx.ts'
import { type RunningProcess, startScript } from './proxy/processes.ts'

const goals = { 'sluice / nginx': 0.3, 'sluice / node:http pipe': 1.3 }

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

async function run(): Promise<number> {
  const load = chooseLoad()
  const ports = await start(startScript('back-ends.ts', []))
  const [heavy, light] = ports
  if (heavy === undefined || light === undefined) throw new Error('the back ends did not say where they listen')
  const backEnds = { heavy, light }
  const proxies = {
    nginx: await startOne(startNginx(backEnds)),
    sluice: await startOne(startScript('balancer.ts', [String(heavy), String(light)])),
    'node:http pipe': await startOne(startScript('pipe-proxy.ts', [String(heavy), String(light)])),
  }
  const results = await measure(proxies, load)
  return report(results, load)
}

async function start(starting: Promise<RunningProcess>): Promise<readonly number[]> {
  const child = await starting
  running.push(child)
  return child.ports
}

async function startOne(starting: Promise<RunningProcess>): Promise<number> {
  const [port] = await start(starting)
  if (port === undefined) throw new Error('a proxy did not say where it listens')
  return port
}

type Rates = Record<string, number[]>

async function measure(proxies: Readonly<Record<string, number>>, load: Load): Promise<Rates> {
  const rates: Rates = Object.fromEntries(Object.keys(proxies).map((name) => [name, []]))
  for (const port of Object.values(proxies)) await load.run(port, 1)
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [name, port] of Object.entries(proxies)) rates[name]?.push(await load.run(port, Number(flags.seconds)))
  }
  return rates
}

function report(rates: Rates, load: Load): number {
  const requestsPerSecond = Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, median(values)]))
  // Round by round, so that a neighbour's busy spell weighs on both sides of a ratio.
  const ratioTo = (name: string) =>
    median((rates.sluice ?? []).map((rate, round) => rate / (rates[name]?.[round] ?? Number.NaN)))
  const ratios = { 'sluice / nginx': ratioTo('nginx'), 'sluice / node:http pipe': ratioTo('node:http pipe') }
  console.log(
    `${load.name}, 32 kept-alive connections, medians of ${flags.rounds} interleaved rounds of ${flags.seconds} s`,
  )
  for (const [name, value] of Object.entries(requestsPerSecond)) {
    console.log(`${name.padEnd(26)} ${Math.round(value).toLocaleString('en').padStart(9)} requests/s`)
  }
  const missed: string[] = []
  for (const [name, goal] of Object.entries(goals)) {
    const ratio = ratios[name as keyof typeof ratios]
    const met = ratio >= goal
    if (!met) missed.push(name)
    console.log(`${name.padEnd(26)} ${ratio.toFixed(2).padStart(9)}   goal ${goal}: ${met ? 'met' : 'MISSED'}`)
  }
  const summary = { load: load.name, requestsPerSecond, rounds: rates, ratios, goals, met: missed.length === 0 }
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(summary, null, 2)}\n`)
  return missed.length === 0 ? 0 : 1
}
