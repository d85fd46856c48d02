import { parseArgs } from 'node:util'
import { isPortTaken } from '../local/port-taken.ts'

const usage = `sluice: moves production traffic from one version to the next, and takes it back

  sluice local     start local mode: the API, an AWS-compatible endpoint and a DNS server
  sluice judge     what a comparison gate says about counts, and why (sluice judge --help)
  sluice check     looks at everything that is open, now (sluice check --help)
  sluice traffic   where a service's traffic goes now, and who changed it (sluice traffic --help)
  sluice rollback  takes back the newest success of a service (sluice rollback --help)
  sluice tokens    makes, lists and revokes API tokens (sluice tokens --help)
  sluice audit     what was commanded, and whether it is all still there (sluice audit --help)

Options of "local" (each also by environment variable):
  --port N       port of the API                    SLUICE_PORT      4500
  --aws-port N   port of the AWS-compatible endpoint SLUICE_AWS_PORT  4566
  --dns-port N   port of the DNS server, udp and tcp SLUICE_DNS_PORT  4553
  --speed N      local seconds per real second      SLUICE_SPEED     1
  --data-dir D   where state outlives the process   SLUICE_DATA_DIR  (in memory)
`

type Run = (args: readonly string[]) => Promise<number>

/** Every command loads its own code: to load local mode takes longer than to judge a deployment's counts. */
const commands: ReadonlyMap<string | undefined, () => Promise<Run>> = new Map([
  ['judge', async () => (await import('./judge/main.ts')).runJudge],
  ['check', async () => (await import('./check/main.ts')).runCheck],
  ['traffic', async () => (await import('./traffic/main.ts')).runTraffic],
  ['tokens', async () => (await import('./tokens/main.ts')).runTokens],
  ['audit', async () => (await import('./audit/main.ts')).runAudit],
  ['rollback', async () => (await import('./rollback/main.ts')).runRollback],
])

const [, , name, ...args] = process.argv
const load = commands.get(name)
if (load) {
  const run = await load()
  process.exitCode = await run(args).catch(sayWhy)
} else {
  await runOther()
}

async function runOther(): Promise<void> {
  const { positionals, values } = readArguments()
  const [command, ...rest] = positionals
  if (values.help || command === undefined) {
    process.stdout.write(usage)
  } else if (command === 'local' && rest.length === 0) {
    const { runLocal } = await import('./local.ts')
    await runLocal(values).catch(sayWhy)
  } else {
    fail(`unknown command "${positionals.join(' ')}"`)
  }
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        port: { type: 'string' },
        'aws-port': { type: 'string' },
        'dns-port': { type: 'string' },
        speed: { type: 'string' },
        'data-dir': { type: 'string' },
      },
    })
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

/** What a person can mend is said in a line; anything else is a bug, and its trace helps whoever reads the report. */
function sayWhy(error: unknown): never {
  const isMendable = error instanceof RangeError || isPortTaken(error)
  process.stderr.write(`sluice: ${isMendable ? toSentence(error) : ((error as Error).stack ?? String(error))}\n`)
  process.exit(isMendable ? 2 : 1)
}

function toSentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return isPortTaken(error) ? `${message}; choose others with --port, --aws-port and --dns-port` : message
}

function fail(message: string): never {
  process.stderr.write(`sluice: ${message}\n\n${usage}`)
  process.exit(2)
}
