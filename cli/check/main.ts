import * as z from 'zod'
import { UpstreamError } from '../../shared/domain/errors.ts'
import { apiOf, callApi } from '../api.ts'
import { readOptions, runCommand, say } from '../command.ts'
import { showReport } from './show.ts'

/** How `sluice check` ends, for scripts, where it came to an answer. */
const exitCodes = {
  /** Everything could be looked at, whatever was found. */
  checked: 0,
  /** Something could not be; it is named. */
  failed: 1,
} as const

const checkUsage = `sluice check: looks at everything that is open, now, as the check does each minute

  sluice check [--json]

Judges gates, continues what died, rolls back what must be, and puts back what a late write changed after the end.

  --json        prints the API's answer
  SLUICE_URL    where the API is; default http://127.0.0.1:4500
  SLUICE_TOKEN  sent as a bearer token, if set

Ends with 0 when everything could be looked at, 1 when something could not, 2 for wrong options, 4 when the API does not
answer or refuses.
`

const aReport = z.looseObject({
  checked: z.int().min(0),
  failed: z.array(z.looseObject({ id: z.string(), reason: z.string() })),
})

const options = {
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** `sluice check`. Returns the exit code. */
export function runCheck(args: readonly string[]): Promise<number> {
  return runCommand(() => perform(readOptions({ args: [...args], options }, checkUsage).values))
}

async function perform({ help, json }: { readonly help: boolean; readonly json: boolean }): Promise<number> {
  if (help) return say(process.stdout, checkUsage, exitCodes.checked)
  const api = apiOf(process.env)
  const report = aReport.safeParse(await callApi(api, 'POST', '/v1/checks'))
  if (!report.success) throw new UpstreamError(`${api.url} answered no report of a check; is SLUICE_URL right?`)
  const code = report.data.failed.length === 0 ? exitCodes.checked : exitCodes.failed
  return say(process.stdout, json ? `${JSON.stringify(report.data)}\n` : showReport(report.data), code)
}
