import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createLogger } from '../../shared/logger.ts'
import { isPortTaken } from '../port-taken.ts'
import { localSettings } from '../settings.ts'
import { type LocalRun, startLocal } from '../start.ts'
import type { Output } from './progress.ts'
import { type DemoReport, findFaults, type RunFacts, toText } from './report.ts'
import { findRoute53Faults, toRoute53Text } from './route53/report.ts'
import { runRoute53Demo } from './route53/run.ts'
import { runDemo } from './run-demo.ts'

const usage = `npm run demo -- [--route53] [--json FILE] [--keep] [--verbose]

  --route53     divide at DNS: two load balancers behind the weighted records of one name, clients that cache answers
  --json FILE   also write the report as JSON ("-": to standard output)
  --keep        leave local mode running afterwards, to look around
  --verbose     show Sluice's own log lines
`

const { values } = parseArgs({
  options: {
    route53: { type: 'boolean', default: false },
    json: { type: 'string' },
    keep: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  process.stdout.write(usage)
} else {
  process.exitCode = await main()
}

async function main(): Promise<number> {
  const startedAt = performance.now()
  const output = values.json === '-' ? process.stderr : process.stdout
  const logger = createLogger((line) => void (values.verbose && process.stderr.write(`${line}\n`)))
  const local = await start({ speed: 60, ...localSettings({}, process.env), logger })
  output.write(`Local mode is up: API ${local.apiUrl}, AWS endpoint ${local.awsUrl}; a minute lasts a second.\n`)
  try {
    const { report, faults, toText } = await (values.route53 ? playRoute53 : playPlain)(local, output)
    const seconds = (performance.now() - startedAt) / 1000
    output.write(toText({ console: `${local.apiUrl}/`, speed: local.clock.speed, seconds }))
    if (values.json === '-') process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    else if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
    for (const fault of faults) output.write(`  FAILED: ${fault}\n`)
    if (values.keep) {
      output.write('Local mode stays up; stop it with Ctrl-C.\n')
      await new Promise((resolve) => process.once('SIGINT', resolve))
    }
    return faults.length === 0 ? 0 : 1
  } finally {
    await local.close()
  }
}

interface Played {
  readonly report: DemoReport
  readonly faults: readonly string[]
  toText(run: RunFacts): string
}

async function playPlain(local: LocalRun, output: Output): Promise<Played> {
  const report = await runDemo(local, output)
  return { report, faults: findFaults(report), toText: (run) => toText(report, run) }
}

async function playRoute53(local: LocalRun, output: Output): Promise<Played> {
  const report = await runRoute53Demo(local, output)
  return { report, faults: findRoute53Faults(report), toText: (run) => toRoute53Text(report, run) }
}

/** On the usual ports where they are free, else on any: a demo must not fail for something else that runs. */
async function start(options: Parameters<typeof startLocal>[0]): Promise<LocalRun> {
  try {
    return await startLocal(options)
  } catch (error) {
    if (!isPortTaken(error)) throw error
    return startLocal({ ...options, port: 0, awsPort: 0, dnsPort: 0 })
  }
}
