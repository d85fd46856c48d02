import type { GroupOfTargets } from '../ports/metrics-source.ts'
import type { TargetGroups } from '../ports/target-groups.ts'
import type { GroupHealth, HealthWish, TargetHealth } from '../ports/target-health.ts'
import type { CallRate } from './call-rate.ts'
import type { HostCounts } from './cloudwatch/host-counts.ts'

/** So many groups are asked about directly: whoever has no more of them learns of a dead target at once. */
const askedDirectly = 40
/** For how long an answer serves everybody who asks about the same group, real milliseconds. */
const momentMs = 10_000

export interface ManyTargetHealthOptions {
  /** Asks the load balancer. */
  readonly direct: TargetHealth
  readonly targetGroups: TargetGroups
  readonly countsOf: (group: GroupOfTargets) => Promise<HostCounts | null>
  readonly rate: CallRate
}

/**
 * Health of more target groups than could be asked about one by one, for one look at them all.
 *
 * The first 40 are asked about directly. Of the others CloudWatch's counts are read, which many share in one call. They
 * are minutes old and know no reasons, so they are believed only where they say that all is well; wherever they do not
 * (a host unhealthy, none healthy, no count of the last minutes) the load balancer is asked. No count is not health.
 */
export function createManyTargetHealth({
  direct,
  targetGroups,
  countsOf,
  rate,
}: ManyTargetHealthOptions): TargetHealth {
  const groups = new Set<string>()
  const ask = sharedForAMoment((arn: string) => rate(() => direct.read(arn)))
  const look = sharedForAMoment(async (arn: string, wish: HealthWish): Promise<GroupHealth> => {
    groups.add(arn)
    if (groups.size <= askedDirectly) return ask(arn)
    const counts = await count(arn, wish)
    return counts !== null && counts.unhealthy === 0 && counts.healthy > 0 ? toHealth(counts) : ask(arn)
  })

  /** A metric that cannot be read leaves it to the load balancer. */
  async function count(targetGroupArn: string, wish: HealthWish): Promise<HostCounts | null> {
    try {
      const loadBalancerArn = wish.loadBalancerArn ?? (await targetGroups.loadBalancerOf(targetGroupArn))
      return loadBalancerArn === null ? null : await countsOf({ targetGroupArn, loadBalancerArn })
    } catch {
      return null
    }
  }

  return { read: (arn, wish = {}) => (wish.fresh ? ask(arn) : look(arn, wish)) }
}

function toHealth({ healthy, startMs }: HostCounts): GroupHealth {
  return {
    ...{ total: healthy, healthy, unknown: 0, reasons: [], unused: false },
    countedAt: new Date(startMs).toISOString(),
  }
}

/** Gate, readiness and safe side ask about the same groups at the same moment: once is enough, a failure included. */
function sharedForAMoment<More extends readonly unknown[]>(
  read: (arn: string, ...more: More) => Promise<GroupHealth>,
): (arn: string, ...more: More) => Promise<GroupHealth> {
  const kept = new Map<string, { readonly untilMs: number; readonly answer: Promise<GroupHealth> }>()
  return (arn, ...more) => {
    const earlier = kept.get(arn)
    if (earlier && earlier.untilMs > performance.now()) return earlier.answer
    const answer = read(arn, ...more)
    kept.set(arn, { untilMs: performance.now() + momentMs, answer })
    return answer
  }
}
