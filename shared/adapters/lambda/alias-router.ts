import { type AliasConfiguration, GetAliasCommand, type LambdaClient, UpdateAliasCommand } from '@aws-sdk/client-lambda'
import { UpstreamError } from '../../domain/errors.ts'
import type { AliasTarget } from '../../domain/route-facts.ts'
import { type LambdaAliasRoute, resourceOf } from '../../domain/service.ts'
import type { DirectRouter } from '../../ports/traffic-router.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'
import { type AliasClients, aliasDeadlineMs } from './alias-clients.ts'
import { aliasTargetOf, revisionOf, toAliasState, toAliasTargetState } from './alias-state.ts'

/** An alias as Lambda answers it. */
export interface AliasReading extends AliasTarget {
  readonly revisionId: string
}

/**
 * Shifts the calls of one alias between two published versions of its function.
 *
 * The alias's `RevisionId` is a lock of its own: a write replaces only what was read, and where anything of the alias
 * was changed since, Lambda refuses it and nothing is written. Description and function stay untouched.
 *
 * @param deadlineMs - Real milliseconds for each call. Default 3000.
 */
export function createAliasRouter(
  { reader, writer }: AliasClients,
  route: LambdaAliasRoute,
  deadlineMs = aliasDeadlineMs,
): DirectRouter {
  const { functionName: FunctionName, alias: Name } = route
  return {
    async read() {
      const alias = await readAlias(reader, route, deadlineMs)
      return toAliasState(alias, route, alias.revisionId)
    },
    target: (seen, wish) => toAliasTargetState(seen, wish, route),
    async write(seen, target) {
      const { version, additional } = aliasTargetOf(target)
      const command = new UpdateAliasCommand({
        FunctionName,
        Name,
        FunctionVersion: version,
        // Named even when it is empty: a map that is left out keeps the old split.
        RoutingConfig: { AdditionalVersionWeights: additional ? { [additional.version]: additional.weight } : {} },
        RevisionId: revisionOf(seen),
      })
      await callingAws({ tried: 'lambda:UpdateAlias', on: resourceOf(route) }, () =>
        withDeadline(deadlineMs, (abortSignal) => writer.send(command, { abortSignal })),
      )
    },
  }
}

/**
 * @throws {NotFoundError} If there is no such function or alias.
 * @throws {UpstreamError} If the answer names no version, or no revision to lock with.
 */
export async function readAlias(
  client: LambdaClient,
  route: LambdaAliasRoute,
  deadlineMs: number,
): Promise<AliasReading> {
  const command = new GetAliasCommand({ FunctionName: route.functionName, Name: route.alias })
  const answer = await callingAws({ tried: 'lambda:GetAlias', on: resourceOf(route) }, () =>
    withDeadline(deadlineMs, (abortSignal) => client.send(command, { abortSignal })),
  )
  return toReading(answer, resourceOf(route))
}

function toReading(answer: AliasConfiguration, resource: string): AliasReading {
  const { FunctionVersion: version, RevisionId: revisionId, RoutingConfig } = answer
  if (!version || !revisionId)
    throw new UpstreamError(`lambda:GetAlias on ${resource} answered no ${version ? 'revision' : 'version'}`)
  const [additional] = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {}).flatMap(([its, weight]) =>
    weight > 0 ? [{ version: its, weight }] : [],
  )
  return { version, additional: additional ?? null, revisionId }
}
