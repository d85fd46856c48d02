import type { Deployment } from '../../shared/domain/deployment.ts'
import { aService } from './builders.ts'
import { aServiceBody } from './memory-api.ts'
import { aTokenId } from './tokens.ts'

/** One request that a route takes, and who may send it: said once more, by hand. */
export interface RouteCase {
  /** As the app names it. */
  readonly route: string
  /** What tells it from another case of the same route. */
  readonly with?: string
  /** Each command that it is, as the audit names it, and the letters of the roles that may: V, D, P for approver, A. */
  readonly commands: readonly (readonly [command: string, letters: string])[]
  readonly scope: 'service' | 'list' | 'everything'
  /** True: it only looks, and leaves no entry where it is allowed. */
  readonly looks?: boolean
  /** What whoever may send it is answered. */
  readonly status: number
  readonly body?: unknown
  readonly query?: string
  /** Of the one deployment that there is. */
  readonly state?: Partial<Deployment>
  /** True: there is no deployment. */
  readonly idle?: boolean
}

const baking = { phase: 'baking', stage: 'baking', weight: 10, effectiveWeight: 10 } as const
const waiting = {
  phase: 'awaiting-approval',
  stage: 'awaiting-approval',
  nextActionAt: '2026-01-02T00:00:00.000Z',
} as const
const paused = {
  ...{ ...baking, phase: 'paused' as const },
  hold: { kind: 'paused', since: '2026-01-01T00:00:00.000Z', until: null, cause: { type: 'command', reason: '' } },
} as const

const looking = (route: string, command: string): RouteCase => ({
  ...{ route, commands: [[command, 'VDPA']], looks: true, status: 200, state: baking },
  scope: command.startsWith('list-') ? 'list' : 'service',
})
const governing = (route: string, command: string, status: number, more: Partial<RouteCase> = {}): RouteCase => ({
  ...{ route, commands: [[command, 'A']], scope: 'everything', status },
  ...more,
})
const steering = (word: string, letters: string, state: Partial<Deployment> = baking, status = 200): RouteCase => ({
  route: `POST /v1/deployments/:id/${word}`,
  ...{ commands: [[`${word}-deployment`, letters]], scope: 'service', status, state },
})

/** Rules that the API takes, with the owner of the machine as an admin. */
const someRules = [{ name: 'owner', who: { kind: 'local' }, roles: ['admin'], services: ['*'] }]

export const routeTable: readonly RouteCase[] = [
  looking('GET /v1/services', 'list-services'),
  { ...looking('GET /v1/services/:service', 'read-service') },
  looking('GET /v1/services/:service/traffic', 'read-traffic'),
  { ...looking('POST /v1/plans', 'plan-deployment'), body: { service: 'web' } },
  looking('GET /v1/deployments', 'list-deployments'),
  looking('GET /v1/deployments/:id', 'read-deployment'),
  looking('GET /v1/deployments/:id/events', 'read-deployment'),
  // There is no compare gate: the answer to whoever may look names the gates that there are.
  { ...looking('GET /v1/deployments/:id/buckets', 'read-deployment'), query: '?gate=errors', status: 422 },
  {
    ...{ route: 'PUT /v1/services/:service', commands: [['register-service', 'A']], scope: 'service', status: 200 },
    body: aServiceBody(),
  },
  {
    ...{ route: 'DELETE /v1/services/:service', commands: [['remove-service', 'A']], scope: 'service', status: 204 },
    idle: true,
  },
  {
    ...{ route: 'POST /v1/services/:service/rollback', commands: [['roll-back-service', 'DA']], scope: 'service' },
    // Nothing has succeeded yet.
    ...{ status: 409, idle: true },
  },
  {
    ...{ route: 'POST /v1/deployments', commands: [['start-deployment', 'DA']], scope: 'service', status: 202 },
    ...{ body: { service: 'web' }, idle: true },
  },
  {
    ...{ route: 'POST /v1/deployments', with: 'an override', scope: 'service', status: 202, idle: true },
    commands: [
      ['start-deployment', 'DA'],
      ['override-safeguards', 'PA'],
    ],
    body: { service: 'web', override: [{ finding: 'canary-empty', reason: 'known' }] },
  },
  steering('abort', 'DPA', baking, 202),
  steering('pause', 'DPA'),
  steering('resume', 'DA', paused),
  steering('promote', 'DA'),
  steering('approve', 'PA', waiting),
  steering('reject', 'PA', waiting),
  governing('POST /v1/stop', 'stop-line', 201, { body: { reason: 'incident' } }),
  governing('DELETE /v1/stop', 'release-line', 204),
  governing('POST /v1/checks', 'run-check', 200, { idle: true }),
  governing('GET /v1/policy', 'read-policy', 200, { looks: true }),
  governing('PUT /v1/policy', 'replace-policy', 200, { body: { rules: someRules } }),
  governing('GET /v1/audit', 'read-audit', 200, { looks: true }),
  governing('GET /v1/tokens', 'list-tokens', 200, { looks: true }),
  governing('POST /v1/tokens', 'create-token', 201, { body: { name: 'on-call' } }),
  governing('DELETE /v1/tokens/:id', 'revoke-token', 200),
]

/** A token that nobody of the matrix brings. */
export const spareTokenId = aTokenId(9)

/** What a case is about: the placeholders of its path, and the columns of the audit. */
export function aboutOf({ route, scope, idle }: RouteCase) {
  const isDeployment = route.includes('/deployments/:id')
  return {
    path: (route.split(' ')[1] ?? '')
      .replace(':service', aService().name)
      .replace(':id', isDeployment ? 'dep_01KDVDNC00000000000000WEB1' : spareTokenId),
    service: scope === 'service' ? aService().name : null,
    deployment: isDeployment && !idle ? 'dep_01KDVDNC00000000000000WEB1' : null,
  }
}
