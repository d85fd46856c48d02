import { styleText } from 'node:util'
import { UpstreamError, ValidationError } from '../../shared/domain/errors.ts'
import { apiOf, readFromApi } from '../api.ts'
import { readOptions, runCommand, say } from '../command.ts'
import { aTraffic, type TrafficAnswer } from './answer.ts'
import { readHistory } from './last-writes.ts'
import { type Page, showTraffic } from './show.ts'

/** How `sluice traffic` ends, for scripts, where it came to an answer. */
const exitCodes = {
  /** It is shown; with `--fail-on-drift` every route was read and is as Sluice last wrote it, or was never written. */
  shown: 0,
  /** With `--fail-on-drift`: a route could not be read, so whether it drifted is not known. */
  unknown: 1,
  /** With `--fail-on-drift`: somebody else changed a route. */
  drift: 3,
} as const

const trafficUsage = `sluice traffic: where a service's traffic goes now, live from AWS

  sluice traffic SERVICE [--json] [--fail-on-drift]

Shows each route: weights, share and healthy targets of both sides, what Sluice last wrote, and what somebody else
changed since. Then who writes now, and whether the open deployment could go back.

  --json           prints the API's answer
  --fail-on-drift  ends with 3 when somebody else changed a route, with 1 when a route could not be read
  SLUICE_URL       where the API is; default http://127.0.0.1:4500
  SLUICE_TOKEN     sent as a bearer token, if set
  NO_COLOR         no colour on a terminal, if set

Ends with 0, or as above, or with 2 for wrong options, 4 when the API does not answer or refuses.
`

/** `sluice traffic`. Returns the exit code. */
export function runTraffic(args: readonly string[]): Promise<number> {
  return runCommand(() => perform(readArguments(args)))
}

const options = {
  json: { type: 'boolean', default: false },
  'fail-on-drift': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

type Wish = ReturnType<typeof readArguments>

async function perform({ help, json, failOnDrift, service }: Wish): Promise<number> {
  if (help) return say(process.stdout, trafficUsage, exitCodes.shown)
  const api = apiOf(process.env)
  const read = aTraffic.safeParse(await readFromApi(api, `/v1/services/${encodeURIComponent(service)}/traffic`))
  if (!read.success) throw new UpstreamError(`${api.url} answered no traffic of a service; is SLUICE_URL right?`)
  const traffic = read.data
  if (json) process.stdout.write(`${JSON.stringify(traffic)}\n`)
  else process.stdout.write(showTraffic(service, traffic, await readHistory(api, service, traffic.routes), pageOf()))
  return failOnDrift ? driftCode(traffic) : exitCodes.shown
}

/** Whether there are colours is decided here: not every version of Node.js looks at the same variables. */
const noLook = { validateStream: false } as const

function pageOf(): Page {
  const { stdout, env } = process
  const hasColour = stdout.isTTY && !env.NO_COLOR && env.TERM !== 'dumb'
  return {
    columns: stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY,
    alarm: (text) => (hasColour ? styleText('bold', styleText('red', text, noLook), noLook) : text),
  }
}

/** Not known is not well: a script that asks must not take a route that cannot be read for one without drift. */
function driftCode({ routes }: TrafficAnswer): number {
  if (routes.some(({ foreignChange }) => foreignChange !== null)) return exitCodes.drift
  return routes.some(({ problem }) => problem !== null) ? exitCodes.unknown : exitCodes.shown
}

/** @throws {ValidationError} */
function readArguments(args: readonly string[]) {
  const { values, positionals } = readOptions({ args: [...args], allowPositionals: true, options }, trafficUsage)
  const [service = '', ...more] = positionals
  if (!values.help && (service === '' || more.length > 0))
    throw new ValidationError(`name one service\n\n${trafficUsage}`)
  return { help: values.help, json: values.json, failOnDrift: values['fail-on-drift'], service }
}
