import { parseArgs } from 'node:util'
import * as z from 'zod'
import { TransientError, UpstreamError, ValidationError } from '../../shared/domain/errors.ts'
import { apiOf, callApi } from '../api.ts'
import { showReport } from './show.ts'

/** How `sluice check` ends, for scripts. */
export const exitCodes = {
  /** Everything could be looked at, whatever was found. */
  checked: 0,
  /** Something could not be; it is named. */
  failed: 1,
  badInput: 2,
  /** The API did not answer, or refused. */
  source: 4,
} as const

export const checkUsage = `sluice check: looks at everything that is open, now, as the check does each minute

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

/** `sluice check`. Returns the exit code. */
export async function runCheck(args: readonly string[]): Promise<number> {
  try {
    return await perform(readArguments(args))
  } catch (error) {
    if (error instanceof ValidationError) return sayAndExit(`sluice: ${error.message}\n`, exitCodes.badInput)
    if (error instanceof TransientError || error instanceof UpstreamError)
      return sayAndExit(`sluice: ${error.message}\n`, exitCodes.source)
    throw error
  }
}

async function perform({ help, json }: { readonly help: boolean; readonly json: boolean }): Promise<number> {
  if (help) {
    process.stdout.write(checkUsage)
    return exitCodes.checked
  }
  const api = apiOf(process.env)
  const report = aReport.safeParse(await callApi(api, 'POST', '/v1/checks'))
  if (!report.success) throw new UpstreamError(`${api.url} answered no report of a check; is SLUICE_URL right?`)
  process.stdout.write(json ? `${JSON.stringify(report.data)}\n` : showReport(report.data))
  return report.data.failed.length === 0 ? exitCodes.checked : exitCodes.failed
}

/** @throws {ValidationError} */
function readArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
    }).values
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ValidationError(`${why}\n\n${checkUsage}`, [], { cause: error })
  }
}

function sayAndExit(message: string, code: number): number {
  process.stderr.write(message)
  return code
}
