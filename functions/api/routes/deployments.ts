import { type Context, Hono } from 'hono'
import type { Deps } from '../../../shared/deps.ts'
import { ValidationError } from '../../../shared/domain/errors.ts'
import { readSight } from '../../../shared/use-cases/access/sight.ts'
import { listBuckets } from '../../../shared/use-cases/list-buckets.ts'
import { listDeployments } from '../../../shared/use-cases/list-deployments.ts'
import { listEvents } from '../../../shared/use-cases/list-events.ts'
import { readDeployment, withMeasures } from '../../../shared/use-cases/read-deployment.ts'
import { startDeployment } from '../../../shared/use-cases/start-deployment.ts'
import { type ApiEnv, baseUrlOf } from '../api-env.ts'
import { pass, passAbout, passStart } from '../authorise-request.ts'
import { readJson } from '../body.ts'
import { presentBucket, presentDeployment, presentEvent } from '../present.ts'
import { readQuery } from '../query.ts'
import { idempotencyKey, queries } from '../schemas.ts'
import { parseDeploymentRequest } from '../to-domain.ts'

/** Starting and reading: `/v1/deployments`. The commands are beside it. */
export function deploymentRoutes(deps: Deps) {
  return new Hono<ApiEnv>()
    .post('/', async (c) => {
      readQuery(c, queries.none)
      const key = readIdempotencyKey(c)
      const request = parseDeploymentRequest(await readJson(c))
      const deployment = await startDeployment(deps, { key, request, actor: await passStart(deps, c, request) })
      const body = presentDeployment(await withMeasures(deps, deployment), baseUrlOf(c))
      return c.json(body, 202, { Location: body.links.self })
    })
    .get('/', async (c) => {
      const { limit, cursor = null, ...filter } = readQuery(c, queries.listDeployments)
      await pass(deps, c, { service: filter.service ?? null })
      const sees = await readSight(deps, c.var.principal, 'read-deployment')
      const { items, nextCursor } = await listDeployments(deps, filter, { limit, cursor })
      const seen = items.filter(({ deployment }) => sees(deployment.service))
      return c.json({ items: seen.map((view) => presentDeployment(view, baseUrlOf(c))), nextCursor })
    })
    .get('/:id', async (c) => {
      const wait = readQuery(c, queries.readDeployment)
      await passAbout(deps, c, { id: c.req.param('id') })
      const view = await readDeployment(deps, c.req.param('id'), wait)
      return c.json(presentDeployment(view, baseUrlOf(c)))
    })
    .get('/:id/events', async (c) => {
      const { limit, cursor = null } = readQuery(c, queries.listEvents)
      await passAbout(deps, c, { id: c.req.param('id') })
      const { items, nextCursor } = await listEvents(deps, c.req.param('id'), { limit, cursor })
      return c.json({ items: items.map(presentEvent), nextCursor })
    })
    .get('/:id/buckets', async (c) => {
      const { limit, cursor = null, gate } = readQuery(c, queries.listBuckets)
      await passAbout(deps, c, { id: c.req.param('id') })
      const { items, nextCursor } = await listBuckets(deps, { id: c.req.param('id'), gate }, { limit, cursor })
      return c.json({ items: items.map(presentBucket), nextCursor })
    })
}

function readIdempotencyKey(c: Context): string {
  const result = idempotencyKey.safeParse(c.req.header('Idempotency-Key'))
  if (result.success) return result.data
  const errors = result.error.issues.map(({ message }) => ({ path: 'Idempotency-Key', message }))
  throw new ValidationError('the header Idempotency-Key is missing or malformed', errors, { unparsable: true })
}
