import { Hono } from 'hono'
import type { Deps } from '../../../shared/deps.ts'
import { toInstant } from '../../../shared/ports/clock.ts'
import { version } from '../../../shared/version.ts'
import type { Mode } from '../actor.ts'
import type { ApiEnv } from '../api-env.ts'

/** Liveness: `/healthz`. Asks nothing of AWS, so that it says whether we are up and not whether they are. */
export function healthRoutes(deps: Deps, mode: Mode) {
  return new Hono<ApiEnv>().get('/', (c) => {
    switch (mode) {
      case 'lambda':
        return c.json({ status: 'ok', version })
      case 'local':
        return c.json({ status: 'ok', version, localTime: toInstant(deps.clock.now()) })
    }
  })
}
