import { ValidationError } from '../../../shared/domain/errors.ts'
import { buildPlan } from '../../../shared/domain/plan.ts'
import type { Route } from '../../../shared/domain/service.ts'
import type { Strategy } from '../../../shared/domain/strategy.ts'
import { type Api, readFromApi } from '../../api.ts'

/** A service as the API answers it: what a backtest needs of it. */
export interface ServiceDocument {
  readonly name: string
  readonly routes: readonly Route[]
  readonly strategy: Strategy
  readonly gates: readonly { readonly name: string; readonly kind: string }[]
}

/**
 * @throws {TransientError} If the API does not answer.
 * @throws {UpstreamError} If it refuses, or knows no such service.
 */
export async function readService(api: Api, name: string): Promise<ServiceDocument> {
  return (await readFromApi(api, `/v1/services/${encodeURIComponent(name)}`)) as unknown as ServiceDocument
}

/** What time it is for the service: in local mode time runs faster. Milliseconds since the epoch. */
export async function readNow(api: Api): Promise<number> {
  const { localTime } = await readFromApi(api, '/healthz')
  const localMs = typeof localTime === 'string' ? Date.parse(localTime) : Number.NaN
  return Number.isNaN(localMs) ? Date.now() : localMs
}

/** Without a bake time below 100 % a window is an hour. */
const defaultMinutes = 60

/**
 * The part of a deployment in which a canary runs beside stable: its weight, and for how long.
 *
 * @param wished - Percent; null: the first weight of the service's plan.
 * @throws {ValidationError} If the plan has no weight below 100, and none is wished for.
 */
export function shiftOf(
  { name, strategy }: Pick<ServiceDocument, 'name' | 'strategy'>,
  wished: number | null,
): { readonly weight: number; readonly minutes: number } {
  const steps = buildPlan(strategy).steps.filter((step) => step.effectiveWeight < 100)
  const weight = wished ?? steps[0]?.effectiveWeight
  if (weight === undefined)
    throw new ValidationError(
      `"${name}" shifts all of its traffic at once, and then nothing runs beside the canary to compare it with; ` +
        '--weight 10 tries the gate on a canary of 10 %',
    )
  const minutes = Math.ceil(steps.reduce((sum, step) => sum + step.bakeSeconds, 0) / 60)
  return { weight, minutes: minutes === 0 ? defaultMinutes : minutes }
}

/** @throws {ValidationError} If the service has no such compare gate, or several and none was named. */
export function chooseGate({ name, gates }: ServiceDocument, wanted: string | null): unknown {
  const compare = gates.filter(({ kind }) => kind === 'compare')
  const names = compare.map((gate) => `"${gate.name}"`).join(', ')
  if (compare.length === 0)
    throw new ValidationError(
      `"${name}" has no compare gate; give one with --gate ({} in that file is the default gate)`,
    )
  const [only] = compare
  if (wanted === null && compare.length === 1) return only
  if (wanted === null)
    throw new ValidationError(`"${name}" has several compare gates, ${names}: choose with --gate-name`)
  const found = compare.find((gate) => gate.name === wanted)
  if (found === undefined) throw new ValidationError(`"${name}" has no compare gate "${wanted}"; it has ${names}`)
  return found
}
