import { DescribeTargetGroupsCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { AlbRoute } from '../../domain/service.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'
import type { AlbClients } from './clients.ts'
import { weightedGroupsOf } from './forward-action.ts'
import { type ActionsAt, createInspectionReads, orNull } from './inspection-reads.ts'

/** Where a pair of target groups is looked for. */
export interface PairWish {
  readonly region: string
  readonly listenerArn: string
  /** Names of the two target groups: the first becomes blue, the second green. */
  readonly groupNames: readonly [string, string]
  readonly wave: number
}

/**
 * Finds what a listener does with a pair of target groups: the route of its default action or of one of its rules that
 * forwards to one of them.
 *
 * @returns Null where a group, the listener, or an action that forwards to the pair is missing.
 * @throws {TransientError} If AWS cannot be asked.
 * @throws {UpstreamError} If AWS refuses to tell.
 */
export type FindPair = (wish: PairWish) => Promise<AlbRoute | null>

/** @param deadlineMs - Real milliseconds for each call, retries included. Default 10,000. */
export function createPairFinder(clientsFor: (region: string) => AlbClients, deadlineMs = 10_000): FindPair {
  return async ({ region, listenerArn, groupNames, wave }) => {
    const client = clientsFor(region).reader
    const reads = createInspectionReads(client, deadlineMs)
    const [blue, green] = await Promise.all(
      groupNames.map(async (name) => {
        const command = new DescribeTargetGroupsCommand({ Names: [name] })
        const answer = await orNull(() =>
          callingAws({ tried: 'elasticloadbalancing:DescribeTargetGroups', on: name }, () =>
            withDeadline(deadlineMs, (abortSignal) => client.send(command, { abortSignal })),
          ),
        )
        return answer?.TargetGroups?.[0]?.TargetGroupArn ?? null
      }),
    )
    if (!blue || !green) return null
    const all = await orNull(() => reads.actionsUnder(listenerArn))
    const carrying = all === null ? null : mostLikely(all, [blue, green])
    if (!carrying) return null
    const { resource } = carrying
    const owner = resource === listenerArn ? { listenerArn } : { ruleArn: resource }
    return { kind: 'alb', ...owner, blue, green, wave }
  }
}

/** Of several, the one that sends traffic to the pair: a rule may list a group at weight 0. */
function mostLikely(all: readonly ActionsAt[], pair: readonly string[]): ActionsAt | null {
  const withWeights = all.map((at) => ({ at, groups: at.actions.flatMap(weightedGroupsOf) }))
  const carries = (isEnough: (weight: number) => boolean) =>
    withWeights.find(({ groups }) => groups.some(({ arn, weight }) => pair.includes(arn) && isEnough(weight)))?.at
  return carries((weight) => weight > 0) ?? carries(() => true) ?? null
}
