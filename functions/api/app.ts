import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { requestId } from 'hono/request-id'
import type { Deps } from '../../shared/deps.ts'
import { identityOf, type Principal } from '../../shared/domain/access/principal.ts'
import { createRateGuard } from '../../shared/use-cases/access/rate-guard.ts'
import { authenticate, type Mode } from './actor.ts'
import { type ApiEnv, pathOf } from './api-env.ts'
import { maxBodyBytes } from './body.ts'
import { requestLimits } from './limits.ts'
import { RequestRefused, sendProblem, toProblem } from './problem.ts'
import { admit, countForbidden } from './rate-limit.ts'
import { auditRoutes } from './routes/audit.ts'
import { checkRoutes } from './routes/checks.ts'
import { commandRoutes } from './routes/commands.ts'
import { deploymentRoutes } from './routes/deployments.ts'
import { documentRoutes } from './routes/document.ts'
import { healthRoutes } from './routes/health.ts'
import { planRoutes } from './routes/plans.ts'
import { policyRoutes } from './routes/policy.ts'
import { serviceRoutes } from './routes/services.ts'
import { stopRoutes } from './routes/stop.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { securityHeaders } from './security-headers.ts'

export interface ApiOptions {
  /** Where it runs. Default `lambda`: behind API Gateway. */
  readonly mode?: Mode
}

/** The owner of the machine has nobody else to protect from themselves. */
const rateKeyOf = (principal: Principal) =>
  principal.kind === 'local' ? null : `${principal.kind} ${identityOf(principal)}`

/** The REST API: mounts the routes; one place for callers, one for errors, one for unknown paths. */
export function createApi(deps: Deps, { mode = 'lambda' }: ApiOptions = {}) {
  const app = new Hono<ApiEnv>({ getPath: pathOf })
  const guard = createRateGuard(deps)

  app.use(securityHeaders(mode))
  app.use(requestId())
  app.use(requestLimits())
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const Allow = methods.join(', ')
        return sendProblem(c, new RequestRefused('method-not-allowed', `${c.req.path} takes ${Allow}`, { Allow }))
      },
    }),
  )
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      // The rest of the body is never read, so the connection cannot carry another request.
      onError: (c) =>
        sendProblem(
          c,
          new RequestRefused('payload-too-large', `at most ${maxBodyBytes} bytes are read`, { Connection: 'close' }),
        ),
    }),
  )
  app.use('/v1/*', async (c, next) => {
    c.header('Cache-Control', 'no-store')
    const identify = () => authenticate(deps, c, mode)
    const principal = await admit(guard, c, { identify, keyOf: rateKeyOf })
    c.set('principal', principal)
    await next()
    await countForbidden(guard, c.error, rateKeyOf(principal))
  })

  app.route('/healthz', healthRoutes(deps, mode))
  app.route('/', documentRoutes())
  app.route('/v1/services', serviceRoutes(deps))
  app.route('/v1/plans', planRoutes(deps))
  app.route('/v1/deployments', deploymentRoutes(deps))
  app.route('/v1/deployments', commandRoutes(deps))
  app.route('/v1/stop', stopRoutes(deps))
  app.route('/v1/checks', checkRoutes(deps))
  app.route('/v1/policy', policyRoutes(deps))
  app.route('/v1/audit', auditRoutes(deps))
  app.route('/v1/tokens', tokenRoutes(deps))

  app.notFound((c) => sendProblem(c, new RequestRefused('not-found', `there is nothing at ${c.req.path}`)))
  app.onError((error, c) => {
    const { status, detail } = toProblem(error).problem
    if (status === 401)
      deps.logger.warn('caller-refused', { requestId: c.var.requestId, path: c.req.path, reason: detail })
    if (status >= 500) deps.logger.error('request-failed', { requestId: c.var.requestId, path: c.req.path, error })
    return sendProblem(c, error)
  })
  return app
}
