import * as z from 'zod'
import { UpstreamError, ValidationError } from '../../shared/domain/errors.ts'
import { apiOf, sendToApi } from '../api.ts'
import { readOptions, runCommand, say } from '../command.ts'
import { showLateRollback, showMissing } from './show.ts'

/** How `sluice rollback` ends, for scripts, where it came to an answer. */
const exitCodes = {
  /** Traffic was read back as it was before. */
  takenBack: 0,
  /** Something is missing, or stands in the way; it is named. */
  refused: 1,
  /** It is recorded and under way: the check finishes it. */
  underWay: 3,
} as const

const rollbackUsage = `sluice rollback: takes back the newest deployment of a service that succeeded

  sluice rollback SERVICE [--reason TEXT] [--force] [--json]

Everything goes to the side that served before, in one verified write a route, while that side can still carry the traffic.
Asked for again it says what became of it. An open deployment is aborted instead.

  --reason      for the record
  --force       although the old side is not warm, or was used since, or somebody else changed the routing
  --json        prints the API's answer
  SLUICE_URL    where the API is; default http://127.0.0.1:4500
  SLUICE_TOKEN  sent as a bearer token, if set

Ends with 0 when traffic was read back, 1 when something is missing, 2 for wrong options, 3 while it is under way, 4 when
the API does not answer or fails.
`

const aLateRollback = z.looseObject({ id: z.string(), phase: z.string(), lateRollbackOf: z.string() })
const aProblem = z.looseObject({
  detail: z.string(),
  errors: z.array(z.looseObject({ path: z.string(), message: z.string() })),
})

const options = {
  reason: { type: 'string' },
  force: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** `sluice rollback`. Returns the exit code. */
export function runRollback(args: readonly string[]): Promise<number> {
  return runCommand(() => {
    const { values, positionals } = readOptions({ args: [...args], allowPositionals: true, options }, rollbackUsage)
    if (values.help) return say(process.stdout, rollbackUsage, exitCodes.takenBack)
    const [service, ...rest] = positionals
    if (service === undefined || rest.length > 0) throw new ValidationError(`name one service\n\n${rollbackUsage}`)
    return perform(service, values)
  })
}

interface Options {
  readonly reason?: string
  readonly force: boolean
  readonly json: boolean
}

async function perform(service: string, { reason, force, json }: Options): Promise<number> {
  const api = apiOf(process.env)
  const path = `/v1/services/${encodeURIComponent(service)}/rollback`
  const { status, body } = await sendToApi(api, 'POST', path, { force, ...(reason !== undefined && { reason }) })
  const problem = aProblem.safeParse(body)
  if ([404, 409, 422].includes(status) && problem.success) {
    const { detail, errors } = problem.data
    return json
      ? say(process.stdout, `${JSON.stringify(body)}\n`, exitCodes.refused)
      : say(process.stderr, `sluice: ${showMissing(detail, errors)}`, exitCodes.refused)
  }
  const late = aLateRollback.safeParse(body)
  if (![200, 202].includes(status) || !late.success) {
    const why = problem.success ? problem.data.detail : 'not an answer of Sluice; is SLUICE_URL right?'
    throw new UpstreamError(`${api.url} answered ${status} to ${path}: ${why}`)
  }
  const code = status === 200 ? exitCodes.takenBack : exitCodes.underWay
  return say(process.stdout, json ? `${JSON.stringify(body)}\n` : showLateRollback(late.data), code)
}
