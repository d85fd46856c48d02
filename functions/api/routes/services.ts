import { Hono } from 'hono'
import type { Deps } from '../../../shared/deps.ts'
import { readSight } from '../../../shared/use-cases/access/sight.ts'
import { listServices } from '../../../shared/use-cases/list-services.ts'
import { withMeasures } from '../../../shared/use-cases/read-deployment.ts'
import { readService } from '../../../shared/use-cases/read-service.ts'
import { readTraffic } from '../../../shared/use-cases/read-traffic.ts'
import { registerService } from '../../../shared/use-cases/register-service.ts'
import { removeService } from '../../../shared/use-cases/remove-service.ts'
import { rollBackService } from '../../../shared/use-cases/roll-back-service.ts'
import { type ApiEnv, baseUrlOf } from '../api-env.ts'
import { pass } from '../authorise-request.ts'
import { readJson } from '../body.ts'
import { parse } from '../parse.ts'
import { presentDeployment, presentService, presentTraffic } from '../present.ts'
import { readQuery } from '../query.ts'
import { queries, rollbackBody } from '../schemas.ts'
import { parseService } from '../to-domain.ts'

/** What can be deployed: `/v1/services`. */
export function serviceRoutes(deps: Deps) {
  /** For the audit: as its owner wrote it; null where there is none. */
  async function shownService(name: string) {
    const service = await deps.services.get(name)
    return service && presentService(service)
  }

  return new Hono<ApiEnv>()
    .get('/', async (c) => {
      const { limit, cursor = null } = readQuery(c, queries.listServices)
      await pass(deps, c)
      const sees = await readSight(deps, c.var.principal, 'read-service')
      const { items, nextCursor } = await listServices(deps, { limit, cursor }, sees)
      return c.json({ items: items.map((service) => presentService(service)), nextCursor })
    })
    .put('/:service', async (c) => {
      readQuery(c, queries.none)
      const draft = parseService(c.req.param('service'), await readJson(c))
      const before = await shownService(draft.name)
      await pass(deps, c, { service: draft.name, change: { before, after: draft } })
      const { service, findings, created } = await registerService(deps, draft)
      return c.json(presentService(service, findings), created ? 201 : 200)
    })
    .get('/:service', async (c) => {
      readQuery(c, queries.none)
      const service = c.req.param('service')
      await pass(deps, c, { service })
      return c.json(presentService(await readService(deps, service)))
    })
    .delete('/:service', async (c) => {
      readQuery(c, queries.none)
      const service = c.req.param('service')
      await pass(deps, c, { service, change: { before: await shownService(service), after: null } })
      await removeService(deps, service)
      return c.body(null, 204)
    })
    .post('/:service/rollback', async (c) => {
      readQuery(c, queries.none)
      const wish = parse(rollbackBody, await readJson(c), 'rollback')
      const service = c.req.param('service')
      const input = { ...wish, service, actor: await pass(deps, c, { service, reason: wish.reason }) }
      const { deployment, restored } = await rollBackService(deps, input)
      const body = presentDeployment(await withMeasures(deps, deployment), baseUrlOf(c))
      return c.json(body, restored ? 200 : 202, { Location: body.links.self })
    })
    .get('/:service/traffic', async (c) => {
      readQuery(c, queries.none)
      const service = c.req.param('service')
      await pass(deps, c, { service })
      return c.json(presentTraffic(await readTraffic(deps, service)))
    })
}
