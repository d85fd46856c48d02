import * as z from 'zod'
import { type Problem, ValidationError } from '../../shared/domain/errors.ts'
import {
  type ComparisonParameters,
  completeParameters,
  findParameterProblems,
} from '../../shared/domain/sequential-test.ts'
import { toPrintable } from './printable.ts'

/** What a gate file says beside the parameters of the test. */
export interface GateFile {
  readonly parameters: ComparisonParameters
  /** With `slow` on a load balancer's metrics: what is slow, seconds; null: not given. */
  readonly slowSeconds: number | null
}

const number = z.number('must be a number')

const parameterFields = {
  measure: z.enum(['errors', 'slow'], 'must be one of "errors", "slow"'),
  alpha: number,
  beta: number,
  grid: z.array(number, 'must be a list of ratios'),
  tolerance: number,
  restarts: z.strictObject(
    { release: number, later: number },
    { error: sayIssue('must be { "release": …, "later": … }') },
  ),
  phi: z.union([number, z.literal('history')], 'must be a number or "history"'),
  cap: z.union([number, z.null()], 'must be a number, or null for no bound'),
  minErrors: number,
  materiality: number,
  rho: number,
  pMax: number,
  p0: number,
}

/** Fields of a compare gate of a service: they say what follows a verdict, or where counts come from. Not looked at. */
const otherFields = {
  kind: z.literal('compare', 'must be "compare": no other kind of gate compares counts'),
  name: z.unknown(),
  mode: z.unknown(),
  onFail: z.unknown(),
  noDataLimit: z.unknown(),
  onNoData: z.unknown(),
  graceSeconds: z.unknown(),
  maxExtendSeconds: z.unknown(),
  slowSeconds: z.number('must be a number from 0.001 to 3600').min(0.001).max(3600),
  source: z.unknown(),
  weight: z.unknown(),
  atStepEnd: z.unknown(),
}

type Parameters = { -readonly [Field in keyof typeof parameterFields]?: unknown }

const gateFile = z
  .strictObject({ ...parameterFields, ...otherFields }, { error: sayIssue('must be an object') })
  .partial()
  // Although other fields may be wrong, so that one answer names every problem.
  .superRefine(checkRanges, { when: () => true })

/**
 * Reads a comparison gate: its parameters by name, or the gate as it stands in a service. `{}` is the default gate.
 *
 * @param value - Any value: it comes from outside.
 * @param what - Names it in the summary: `gate.json`.
 * @throws {ValidationError} With every problem and its path (`grid[2]`).
 */
export function readGateFile(value: unknown, what: string): GateFile {
  const result = gateFile.safeParse(value, { error: sayIssue('is not valid') })
  if (!result.success)
    throw new ValidationError(`${what} is no comparison gate`, result.error.issues.flatMap(toProblems))
  const { slowSeconds = null } = result.data
  return { parameters: withDefaults(result.data), slowSeconds }
}

/** The parameters among the fields of a gate; the defaults for everything else. */
function withDefaults(given: Parameters): ComparisonParameters {
  const known = Object.entries(given).filter(([field, value]) => field in parameterFields && value !== undefined)
  const parameters = Object.fromEntries(known) as Partial<ComparisonParameters>
  return completeParameters(parameters)
}

/** Ranges of the fields whose types are right; the defaults stand in for the others. */
function checkRanges(document: unknown, context: z.RefinementCtx): void {
  if (typeof document !== 'object' || document === null) return
  const fields = Object.entries(parameterFields)
  const typed = fields.filter(([field, schema]) => schema.safeParse(fieldOf(document, field)).success)
  const parameters = withDefaults(Object.fromEntries(typed.map(([field]) => [field, fieldOf(document, field)])))
  const wrong = new Set(fields.filter(([field]) => field in document).map(([field]) => field))
  for (const [field] of typed) wrong.delete(field)
  for (const { path, message } of findParameterProblems(parameters, '')) {
    const segments = path.split(/[.[\]]+/).filter((segment) => segment !== '')
    if (!wrong.has(segments[0] ?? '')) context.addIssue({ code: 'custom', path: segments, message })
  }
}

const fieldOf = (document: object, field: string): unknown => (document as Record<string, unknown>)[field]

/** Messages for what schemas say in zod's own words. */
function sayIssue(otherwise: string) {
  return ({ code }: { readonly code: string }): string => {
    switch (code) {
      case 'unrecognized_keys':
        return 'is not known here'
      case 'too_small':
      case 'too_big':
        return 'must be a number from 0.001 to 3600'
      default:
        return otherwise
    }
  }
}

function toProblems(issue: z.core.$ZodIssue): Problem[] {
  const path = pathOf(issue.path)
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  const known = path === 'restarts' ? ['release', 'later'] : Object.keys({ ...parameterFields, ...otherFields })
  return issue.keys.map((key) => ({
    path: toPrintable(path === '' ? key : `${path}.${key}`),
    message: `is not known here; known are ${known.join(', ')}`,
  }))
}

function pathOf(segments: readonly PropertyKey[]): string {
  return segments.reduce<string>((path, segment) => {
    if (/^\d+$/.test(String(segment))) return `${path}[${String(segment)}]`
    return path === '' ? String(segment) : `${path}.${String(segment)}`
  }, '')
}
