import { parseArgs } from 'node:util'
import { runLocal } from './local.ts'

const usage = `sluice: moves production traffic from one version to the next, and takes it back

  sluice local   start local mode: the API and an AWS-compatible endpoint on this machine

Options of "local" (each also by environment variable):
  --port N       port of the API                    SLUICE_PORT      4500
  --aws-port N   port of the AWS-compatible endpoint SLUICE_AWS_PORT  4566
  --speed N      local seconds per real second      SLUICE_SPEED     1
  --data-dir D   where state outlives the process   SLUICE_DATA_DIR  (in memory)
`

const { positionals, values } = readArguments()
const [command, ...rest] = positionals
if (values.help || command === undefined) {
  process.stdout.write(usage)
} else if (command === 'local' && rest.length === 0) {
  await runLocal(values)
} else {
  fail(`unknown command "${positionals.join(' ')}"`)
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        port: { type: 'string' },
        'aws-port': { type: 'string' },
        speed: { type: 'string' },
        'data-dir': { type: 'string' },
      },
    })
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function fail(message: string): never {
  process.stderr.write(`sluice: ${message}\n\n${usage}`)
  process.exit(2)
}
