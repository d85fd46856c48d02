import { Hono } from 'hono'
import type { Deps } from '../../../shared/deps.ts'
import type { ApiEnv } from '../api-env.ts'
import { pass } from '../authorise-request.ts'
import { readQuery } from '../query.ts'
import { queries } from '../schemas.ts'

/** The check that comes each minute, now: `/v1/checks`. Done by its own function, as it may have to move traffic. */
export function checkRoutes(deps: Deps) {
  return new Hono<ApiEnv>().post('/', async (c) => {
    readQuery(c, queries.none)
    await pass(deps, c)
    return c.json(await deps.checkInvoker.check())
  })
}
