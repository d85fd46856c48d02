import { UpstreamError } from '../../domain/errors.ts'
import { codeOf } from '../aws-error.ts'
import type { CallRate } from '../call-rate.ts'
import { askHalving, type GatherTimes, gather } from '../gather.ts'
import { type Alarm, type DescribeAlarms, namesPerCall } from './alarm-source.ts'

/** CloudWatch refuses a call whole, for one name that is none. */
const refusals = new Set(['ValidationError', 'Validation', 'InvalidParameterValue'])

/**
 * Puts the names of concurrent callers into calls of a hundred, each name once.
 *
 * @param rate - An account has nine calls a second.
 * @see CloudWatch user guide, service quotas, DescribeAlarms
 */
export function createSharedDescribeAlarms(
  describe: DescribeAlarms,
  rate: CallRate,
  options: GatherTimes = {},
): DescribeAlarms {
  const load = gather<string, Alarm | null>(
    (names) => askHalving(names, (some) => describeTogether(some, (unique) => rate(() => describe(unique))), isOfOne),
    { ...options, fits: (batch, next) => new Set([...batch, next]).size <= namesPerCall },
  )
  return async (names) => {
    const found = await Promise.all(names.map(async (name) => [name, await load(name)] as const))
    return new Map(found.flatMap(([name, alarm]) => (alarm === null ? [] : [[name, alarm] as const])))
  }
}

async function describeTogether(
  names: readonly string[],
  describe: DescribeAlarms,
): Promise<readonly (Alarm | null)[]> {
  const found = await describe([...new Set(names)])
  return names.map((name) => found.get(name) ?? null)
}

function isOfOne(error: unknown): boolean {
  return error instanceof UpstreamError && refusals.has(codeOf(error.cause))
}
