import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { createLogger } from '../../shared/logger.ts'
import { isPortTaken } from '../port-taken.ts'
import { localSettings } from '../settings.ts'
import { type LocalRun, startLocal } from '../start.ts'
import { findFaults, toText } from './report.ts'
import { runDemo } from './run-demo.ts'

const usage = `npm run demo -- [--json FILE] [--keep] [--verbose]

  --json FILE   also write the report as JSON ("-": to standard output)
  --keep        leave local mode running afterwards, to look around
  --verbose     show Sluice's own log lines
`

const { values } = parseArgs({
  options: {
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
    const report = await runDemo(local, output)
    const seconds = (performance.now() - startedAt) / 1000
    output.write(toText(report, { console: `${local.apiUrl}/`, speed: local.clock.speed, seconds }))
    if (values.json === '-') process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
    else if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`)
    const faults = findFaults(report)
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

/** On the usual ports where they are free, else on any: a demo must not fail for something else that runs. */
async function start(options: Parameters<typeof startLocal>[0]): Promise<LocalRun> {
  try {
    return await startLocal(options)
  } catch (error) {
    if (!isPortTaken(error)) throw error
    return startLocal({ ...options, port: 0, awsPort: 0 })
  }
}
