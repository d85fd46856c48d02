import { Hono } from 'hono'
import type { Deps } from '../../../shared/deps.ts'
import { releaseLine } from '../../../shared/use-cases/release-line.ts'
import { stopLine } from '../../../shared/use-cases/stop-line.ts'
import type { ApiEnv } from '../api-env.ts'
import { pass } from '../authorise-request.ts'
import { readJson } from '../body.ts'
import { parse } from '../parse.ts'
import { readQuery } from '../query.ts'
import { queries, stopBody } from '../schemas.ts'

/** Stops the line for every service, and lets it run again: `/v1/stop`. */
export function stopRoutes(deps: Deps) {
  return new Hono<ApiEnv>()
    .post('/', async (c) => {
      readQuery(c, queries.none)
      const { reason } = parse(stopBody, await readJson(c), 'stop')
      const { stop, created } = await stopLine(deps, { actor: await pass(deps, c, { reason }), reason })
      return c.json(stop, created ? 201 : 200)
    })
    .delete('/', async (c) => {
      readQuery(c, queries.none)
      await releaseLine(deps, { actor: await pass(deps, c) })
      return c.body(null, 204)
    })
}
