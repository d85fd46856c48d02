import { type Context, Hono } from 'hono'
import type * as z from 'zod'
import type { Deps } from '../../../shared/deps.ts'
import type { Deployment } from '../../../shared/domain/deployment.ts'
import { abort } from '../../../shared/use-cases/abort.ts'
import { approve } from '../../../shared/use-cases/approve.ts'
import { pause } from '../../../shared/use-cases/pause.ts'
import { promote } from '../../../shared/use-cases/promote.ts'
import { withMeasures } from '../../../shared/use-cases/read-deployment.ts'
import { reject } from '../../../shared/use-cases/reject.ts'
import { resume } from '../../../shared/use-cases/resume.ts'
import { type ApiEnv, baseUrlOf } from '../api-env.ts'
import { passAbout } from '../authorise-request.ts'
import { readJson } from '../body.ts'
import { parse } from '../parse.ts'
import { presentDeployment } from '../present.ts'
import { readQuery } from '../query.ts'
import { commandBodies, queries } from '../schemas.ts'

/** What a person or a pipeline may ask of a running deployment: `/v1/deployments/{id}/…`. */
export function commandRoutes(deps: Deps) {
  const answer = async (c: Context<ApiEnv>, deployment: Deployment, status: 200 | 202 = 200) =>
    c.json(presentDeployment(await withMeasures(deps, deployment), baseUrlOf(c)), status)

  return new Hono<ApiEnv>()
    .post('/:id/abort', async (c) => {
      const { deployment, restored } = await abort(
        deps,
        c.req.param('id'),
        await readCommand(deps, c, commandBodies.abort),
      )
      return answer(c, deployment, restored ? 200 : 202)
    })
    .post('/:id/pause', async (c) =>
      answer(c, await pause(deps, c.req.param('id'), await readCommand(deps, c, commandBodies.pause))),
    )
    .post('/:id/resume', async (c) =>
      answer(c, await resume(deps, c.req.param('id'), await readCommand(deps, c, commandBodies.resume))),
    )
    .post('/:id/promote', async (c) =>
      answer(c, await promote(deps, c.req.param('id'), await readCommand(deps, c, commandBodies.promote))),
    )
    .post('/:id/approve', async (c) =>
      answer(c, await approve(deps, c.req.param('id'), await readCommand(deps, c, commandBodies.approve))),
    )
    .post('/:id/reject', async (c) =>
      answer(c, await reject(deps, c.req.param('id'), await readCommand(deps, c, commandBodies.reject))),
    )
}

/** Checked first, then let pass: what is no command is none that was refused. */
async function readCommand<Command extends { readonly reason?: string }>(
  deps: Deps,
  c: Context<ApiEnv, '/:id'>,
  schema: z.ZodType<Command>,
) {
  readQuery(c, queries.none)
  const command = parse(schema, await readJson(c), 'command')
  return { ...command, actor: await passAbout(deps, c, { id: c.req.param('id'), reason: command.reason }) }
}
