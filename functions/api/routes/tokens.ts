import { Hono } from 'hono'
import type { Deps } from '../../../shared/deps.ts'
import { withoutHash } from '../../../shared/domain/api-token.ts'
import { createToken } from '../../../shared/use-cases/access/create-token.ts'
import { listTokens } from '../../../shared/use-cases/access/list-tokens.ts'
import { revokeToken } from '../../../shared/use-cases/access/revoke-token.ts'
import type { ApiEnv } from '../api-env.ts'
import { pass } from '../authorise-request.ts'
import { readJson } from '../body.ts'
import { parse } from '../parse.ts'
import { readQuery } from '../query.ts'
import { queries, tokenBody } from '../schemas.ts'

/** API tokens: `/v1/tokens`. */
export function tokenRoutes(deps: Deps) {
  return new Hono<ApiEnv>()
    .post('/', async (c) => {
      readQuery(c, queries.none)
      const wish = parse(tokenBody, await readJson(c), 'token')
      // Made here, so that the audit has the id; the secret stays out of it.
      const parts = deps.newTokenParts()
      const actor = await pass(deps, c, { change: { before: null, after: { id: parts.id, ...wish } } })
      const { token, text } = await createToken({ ...deps, newTokenParts: () => parts }, { actor, ...wish })
      return c.json({ ...token, token: text }, 201)
    })
    .get('/', async (c) => {
      const { limit, cursor = null } = readQuery(c, queries.listTokens)
      await pass(deps, c)
      return c.json(await listTokens(deps, { limit, cursor }))
    })
    .delete('/:id', async (c) => {
      const { reason = '' } = readQuery(c, queries.revokeToken)
      const id = c.req.param('id')
      const token = await deps.tokens.get(id)
      const before = token && withoutHash(token)
      const actor = await pass(deps, c, { reason, change: { before, after: before && { ...before, revoked: true } } })
      return c.json(await revokeToken(deps, id, { actor, reason }))
    })
}
