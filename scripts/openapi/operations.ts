import type * as z from 'zod'
import { answers } from '../../functions/api/schemas/answers.ts'
import {
  commandBodies,
  deploymentBody,
  planBody,
  queries,
  rollbackBody,
  serviceBody,
  stopBody,
} from '../../functions/api/schemas.ts'
import { accessOperations } from './access-operations.ts'

/** One operation as the document tells it. Shapes are the very schemas that check requests. */
export interface Operation {
  readonly id: string
  readonly method: 'get' | 'put' | 'post' | 'delete'
  readonly path: string
  readonly tag: 'services' | 'plans' | 'deployments' | 'commands' | 'line' | 'access' | 'about'
  readonly summary: string
  readonly description?: string
  readonly query?: z.ZodObject
  /** Query parameters that must be given although their schema lets them be absent: the refusal then says what there is. */
  readonly requiredQuery?: readonly string[]
  readonly body?: { readonly schema: z.ZodType; readonly required: boolean }
  readonly idempotent?: boolean
  readonly success: readonly Success[]
  /** Problem statuses of its own, besides those that every operation may answer with. */
  readonly problems: readonly (400 | 404 | 409 | 422)[]
}

export interface Success {
  readonly status: 200 | 201 | 202 | 204
  readonly description: string
  readonly schema?: z.ZodType
  readonly html?: boolean
  readonly location?: boolean
  /** True where it can be had as JSON Lines, too. */
  readonly lines?: boolean
}

const ok = (schema: z.ZodType, description: string): Success => ({ status: 200, description, schema })

const about: readonly Operation[] = [
  {
    id: 'readHealth',
    method: 'get',
    path: '/healthz',
    tag: 'about',
    summary: 'Is it up',
    description: 'Liveness and version; in local mode also the local time.',
    success: [ok(answers.health, 'It is.')],
    problems: [],
  },
  {
    id: 'readOpenApi',
    method: 'get',
    path: '/openapi.json',
    tag: 'about',
    summary: 'This document',
    success: [{ status: 200, description: 'OpenAPI 3.1.' }],
    problems: [],
  },
  {
    id: 'readDocs',
    method: 'get',
    path: '/docs',
    tag: 'about',
    summary: 'This document for people',
    success: [{ status: 200, description: 'A page without scripts.', html: true }],
    problems: [],
  },
]

const services: readonly Operation[] = [
  {
    id: 'listServices',
    method: 'get',
    path: '/v1/services',
    tag: 'services',
    summary: 'List services by name',
    query: queries.listServices,
    success: [ok(answers.services, 'One page.')],
    problems: [422],
  },
  {
    id: 'registerService',
    method: 'put',
    path: '/v1/services/{service}',
    tag: 'services',
    summary: 'Register or replace a service',
    description:
      'Checks the document and everything it names in AWS, then stores it. What speaks against deploying is in `findings`; ' +
      'a wrong shape, or an ARN that AWS does not know or that belongs to another load balancer, is 422 and nothing is stored. ' +
      'A rule or listener belongs to one service: 409 names its owner. Routes cannot change while a deployment is open.',
    body: { schema: serviceBody, required: true },
    success: [ok(answers.service, 'Replaced.'), { status: 201, description: 'Registered.', schema: answers.service }],
    problems: [400, 409, 422],
  },
  {
    id: 'readService',
    method: 'get',
    path: '/v1/services/{service}',
    tag: 'services',
    summary: 'Read a service',
    success: [ok(answers.service, 'The document, every default filled in.')],
    problems: [404, 422],
  },
  {
    id: 'removeService',
    method: 'delete',
    path: '/v1/services/{service}',
    tag: 'services',
    summary: 'Remove a service',
    description:
      'Frees its rules and listeners; traffic stays where it is. Refused while a deployment is open or waits.',
    success: [{ status: 204, description: 'Removed.' }],
    problems: [404, 409, 422],
  },
  {
    id: 'readTraffic',
    method: 'get',
    path: '/v1/services/{service}/traffic',
    tag: 'services',
    summary: 'Where its traffic goes now',
    description: 'Live from AWS, not from the records.',
    success: [ok(answers.traffic, 'Per route.')],
    problems: [404, 422],
  },
  {
    id: 'rollBackService',
    method: 'post',
    path: '/v1/services/{service}/rollback',
    tag: 'services',
    summary: 'Take back the newest success',
    description:
      'Late rollback: everything goes to the side that served before the newest deployment that succeeded, in one verified ' +
      'write a route and as a record of its own. 409 lists everything that is missing: the old side must still be able to ' +
      'carry the traffic. Asked for again it answers the same record.',
    body: { schema: rollbackBody, required: false },
    success: [
      {
        ...{ status: 200, description: 'Traffic was read back equal to the snapshot.', schema: answers.deployment },
        location: true,
      },
      {
        ...{ status: 202, description: 'Under way; it will be finished.', schema: answers.deployment },
        location: true,
      },
    ],
    problems: [400, 404, 409, 422],
  },
]

const deployments: readonly Operation[] = [
  {
    id: 'planDeployment',
    method: 'post',
    path: '/v1/plans',
    tag: 'plans',
    summary: 'What a deployment would do',
    description: 'Takes the body of a deployment, and the traffic to reckon with. Changes nothing.',
    body: { schema: planBody, required: true },
    success: [
      ok(
        answers.deploymentPlan,
        'Every write, the shortest duration, the exposure, what compare gates would detect, the findings.',
      ),
    ],
    problems: [400, 404, 422],
  },
  {
    id: 'startDeployment',
    method: 'post',
    path: '/v1/deployments',
    tag: 'deployments',
    summary: 'Start a deployment',
    description:
      'Answers whatever preflight will find; follow it with readDeployment. Where another one is open, the `concurrency` of the service decides: 409 naming it, a place in the queue, or its rollback first.',
    body: { schema: deploymentBody, required: true },
    idempotent: true,
    success: [
      {
        status: 202,
        description: 'Started or queued, now or before with this key.',
        schema: answers.deployment,
        location: true,
      },
    ],
    problems: [400, 404, 409, 422],
  },
  {
    id: 'listDeployments',
    method: 'get',
    path: '/v1/deployments',
    tag: 'deployments',
    summary: 'List deployments, newest first',
    query: queries.listDeployments,
    success: [ok(answers.deployments, 'One page.')],
    problems: [422],
  },
  {
    id: 'readDeployment',
    method: 'get',
    path: '/v1/deployments/{id}',
    tag: 'deployments',
    summary: 'Read a deployment, or wait for it to move',
    description:
      'With `waitSeconds` it answers as soon as the version is above `afterVersion`, or when the time is over.',
    query: queries.readDeployment,
    success: [ok(answers.deployment, 'The deployment.')],
    problems: [404, 422],
  },
  {
    id: 'listEvents',
    method: 'get',
    path: '/v1/deployments/{id}/events',
    tag: 'deployments',
    summary: 'What happened, oldest first',
    query: queries.listEvents,
    success: [ok(answers.events, 'One page.')],
    problems: [404, 422],
  },
  {
    id: 'listBuckets',
    method: 'get',
    path: '/v1/deployments/{id}/buckets',
    tag: 'deployments',
    summary: 'The counts that a compare gate judges, oldest first',
    description: 'Each was settled once and is never revised. 422 names the compare gates of this deployment.',
    query: queries.listBuckets,
    requiredQuery: ['gate'],
    success: [ok(answers.buckets, 'One page.')],
    problems: [404, 422],
  },
]

const command = (
  name: keyof typeof commandBodies,
  summary: string,
  more: { readonly description?: string; readonly success?: readonly Success[] } = {},
): Operation => ({
  id: `${name}Deployment`,
  method: 'post',
  path: `/v1/deployments/{id}/${name}`,
  tag: 'commands',
  summary,
  body: { schema: commandBodies[name], required: false },
  success: [ok(answers.deployment, 'Done, or so already.')],
  problems: [400, 404, 409, 422],
  ...more,
})

const commands: readonly Operation[] = [
  command('abort', 'Stop and take the traffic back', {
    description: 'Outranks every other command.',
    success: [
      ok(answers.deployment, 'Traffic was read back equal to the snapshot.'),
      { status: 202, description: 'Still rolling back; it will be finished.', schema: answers.deployment },
    ],
  }),
  command('pause', 'Stay at this weight', { description: 'Gates stay armed.' }),
  command('resume', 'Go on after a pause or a halt'),
  command('promote', 'Next step now, or 100 % now'),
  command('approve', 'Release a step that waits for approval'),
  command('reject', 'Refuse a step that waits for approval: rolls back'),
]

const line: readonly Operation[] = [
  {
    id: 'stopLine',
    method: 'post',
    path: '/v1/stop',
    tag: 'line',
    summary: 'Stop the line',
    description:
      'No deployment starts and no share is raised, of any service, until the line is released. Gates stay armed; ' +
      'rolling back and aborting go on. Another reason takes the place of the one that stands.',
    body: { schema: stopBody, required: true },
    success: [ok(answers.stop, 'Stopped so already.'), { status: 201, description: 'Stopped.', schema: answers.stop }],
    problems: [400, 422],
  },
  {
    id: 'releaseLine',
    method: 'delete',
    path: '/v1/stop',
    tag: 'line',
    summary: 'Let the line run again',
    description: 'Wakes every deployment that waits for it. Nothing happens where the line runs.',
    success: [{ status: 204, description: 'It runs.' }],
    problems: [422],
  },
  {
    id: 'runCheck',
    method: 'post',
    path: '/v1/checks',
    tag: 'line',
    summary: 'Look at everything that is open, now',
    description:
      'What the check does each minute: judges, continues what died, rolls back what must be, puts back what a late write ' +
      'changed. What could not be checked is in the answer. 503 where it takes longer than 20 s: it goes on all the same.',
    success: [ok(answers.checkReport, 'Looked at.')],
    problems: [422],
  },
]

export const operations: readonly Operation[] = [
  ...about,
  ...services,
  ...deployments,
  ...commands,
  ...line,
  ...accessOperations,
]
