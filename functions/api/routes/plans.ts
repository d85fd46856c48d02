import { Hono } from 'hono'
import type { Deps } from '../../../shared/deps.ts'
import { planDeployment } from '../../../shared/use-cases/plan-deployment.ts'
import type { ApiEnv } from '../api-env.ts'
import { pass } from '../authorise-request.ts'
import { readJson } from '../body.ts'
import { presentPlan } from '../present.ts'
import { readQuery } from '../query.ts'
import { queries } from '../schemas.ts'
import { parsePlanRequest } from '../to-domain.ts'

/** What a deployment would do: `/v1/plans`. */
export function planRoutes(deps: Deps) {
  return new Hono<ApiEnv>().post('/', async (c) => {
    readQuery(c, queries.none)
    const request = parsePlanRequest(await readJson(c))
    await pass(deps, c, { service: request.service })
    return c.json(presentPlan(await planDeployment(deps, request)))
  })
}
