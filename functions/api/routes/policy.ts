import { Hono } from 'hono'
import type { Deps } from '../../../shared/deps.ts'
import { readPolicy } from '../../../shared/use-cases/access/read-policy.ts'
import { replacePolicy } from '../../../shared/use-cases/access/replace-policy.ts'
import type { ApiEnv } from '../api-env.ts'
import { pass } from '../authorise-request.ts'
import { readJson } from '../body.ts'
import { parse } from '../parse.ts'
import { readQuery } from '../query.ts'
import { policyBody, queries } from '../schemas.ts'

/** Who may do what: `/v1/policy`. */
export function policyRoutes(deps: Deps) {
  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      readQuery(c, queries.none)
      await pass(deps, c)
      return c.json(await readPolicy(deps))
    })
    .put('/', async (c) => {
      readQuery(c, queries.none)
      const { rules, expectedVersion } = parse(policyBody, await readJson(c), 'policy')
      const change = { before: await readPolicy(deps), after: { rules } }
      const actor = await pass(deps, c, { change })
      const wish = { actor, rules, ...(expectedVersion !== undefined && { expectedVersion }) }
      return c.json((await replacePolicy(deps, wish)).after)
    })
}
