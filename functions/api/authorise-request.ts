import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Deps } from '../../shared/deps.ts'
import { type Command, routeCommands } from '../../shared/domain/access/commands.ts'
import type { Actor } from '../../shared/domain/deployment.ts'
import type { DeploymentRequest } from '../../shared/domain/deployment-request.ts'
import { InvariantError } from '../../shared/domain/errors.ts'
import { authorise, type CommandRequest } from '../../shared/use-cases/access/authorise.ts'
import { type Asking, authoriseDeployment, authoriseStart } from '../../shared/use-cases/access/authorise-deployment.ts'
import type { ApiEnv } from './api-env.ts'

interface About extends Pick<CommandRequest, 'change'> {
  /** Default: none, or several. */
  readonly service?: string | null
  /** What the caller gives as a reason. Default: nothing. */
  readonly reason?: string | undefined
}

/**
 * Lets a request pass as the command of its route, or not.
 *
 * @returns Whom events and approvals name.
 * @throws {ForbiddenError} If the policy does not allow it.
 * @throws {TransientError} If that cannot be decided or written down now.
 */
export function pass(deps: Deps, c: Context<ApiEnv>, { service = null, reason, change }: About = {}): Promise<Actor> {
  const request = { ...askingOf(c, reason), service, deployment: null, creator: null }
  return authorise(deps, { ...request, ...(change && { change }) })
}

/** The same about a deployment: its service and its creator count. @throws {NotFoundError} If there is no such deployment. */
export async function passAbout(
  deps: Deps,
  c: Context<ApiEnv>,
  { id, reason }: { readonly id: string; readonly reason?: string | undefined },
): Promise<Actor> {
  return (await authoriseDeployment(deps, askingOf(c, reason), id)).actor
}

/** The same about a start, which may take more than one command. */
export function passStart(deps: Deps, c: Context<ApiEnv>, request: DeploymentRequest): Promise<Actor> {
  return authoriseStart(deps, askingOf(c, request.reason), request)
}

function askingOf(c: Context<ApiEnv>, reason = ''): Asking {
  const { principal, requestId } = c.var
  return { principal, source: 'rest', requestId, commands: [commandOf(c)], reason }
}

/** By the table: a route that is not in it lets nobody pass. */
function commandOf(c: Context<ApiEnv>): Command {
  // A HEAD is answered by the route of the GET, and is the same command.
  const { method, path } = matchedRoutes(c)[c.req.routeIndex] ?? { method: '', path: '' }
  const found = Object.entries(routeCommands).find(([route]) => route === `${method} ${path}`)
  if (found) return found[1]
  throw new InvariantError(`${method} ${path} is in no row of the table of commands`)
}
