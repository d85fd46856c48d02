import { type LambdaClient, ListVersionsByFunctionCommand } from '@aws-sdk/client-lambda'
import { NotFoundError } from '../../domain/errors.ts'
import type { AliasFacts } from '../../domain/route-facts.ts'
import { type LambdaAliasRoute, resourceOf } from '../../domain/service.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'
import { createInspectionNotes } from '../inspection-notes.ts'
import type { AliasClients } from './alias-clients.ts'
import { toAliasFacts } from './alias-facts.ts'
import { readAlias } from './alias-router.ts'

/** Looks up what a route of an alias names. As `RouteInspector`, for this kind of route. */
export interface AliasInspector {
  inspect(route: LambdaAliasRoute): Promise<AliasFacts>
}

/**
 * @param clientsFor - The clients of the function that a route names.
 * @param deadlineMs - Real milliseconds for each call, retries included. Default 10,000.
 */
export function createAliasInspector(
  clientsFor: (functionName: string) => Pick<AliasClients, 'reader'>,
  deadlineMs = 10_000,
): AliasInspector {
  return {
    async inspect(route) {
      const { reader } = clientsFor(route.functionName)
      const notes = createInspectionNotes()
      const [alias, versions] = await Promise.all([
        notes.look(`the alias ${resourceOf(route)}`, null, () => orNull(() => readAlias(reader, route, deadlineMs))),
        notes.look(`the versions of ${route.functionName}`, undefined, () =>
          orNull(() => readVersions(reader, route.functionName, deadlineMs)),
        ),
      ])
      return toAliasFacts({ route, alias, versions, notLookedAt: notes.sentences })
    },
  }
}

/** Every published version; a function may have thousands, so there is one deadline for each page. */
async function readVersions(
  client: LambdaClient,
  functionName: string,
  deadlineMs: number,
): Promise<readonly string[]> {
  const versions: string[] = []
  const attempt = { tried: 'lambda:ListVersionsByFunction', on: functionName }
  let marker: string | undefined
  do {
    const command = new ListVersionsByFunctionCommand({ FunctionName: functionName, ...(marker && { Marker: marker }) })
    const page = await callingAws(attempt, () =>
      withDeadline(deadlineMs, (abortSignal) => client.send(command, { abortSignal })),
    )
    versions.push(...(page.Versions ?? []).flatMap(({ Version }) => Version ?? []))
    marker = page.NextMarker
  } while (marker)
  return versions
}

async function orNull<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof NotFoundError) return null
    throw error
  }
}
