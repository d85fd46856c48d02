import { answers } from '../../functions/api/schemas/answers.ts'
import { policyBody, queries, tokenBody } from '../../functions/api/schemas.ts'
import type { Operation } from './operations.ts'

/** Who may do what, and what was done. */
export const accessOperations: readonly Operation[] = [
  {
    id: 'readPolicy',
    method: 'get',
    path: '/v1/policy',
    tag: 'access',
    summary: 'Read who may do what',
    success: [{ status: 200, description: 'The policy that holds.', schema: answers.policy }],
    problems: [422],
  },
  {
    id: 'replacePolicy',
    method: 'put',
    path: '/v1/policy',
    tag: 'access',
    summary: 'Replace who may do what',
    description:
      'The rules as a whole; what no rule allows is refused. 422 where nobody could change the policy afterwards, and for ' +
      'rules that would let in strangers.',
    body: { schema: policyBody, required: true },
    success: [{ status: 200, description: 'Holds from now on.', schema: answers.policy }],
    problems: [400, 409, 422],
  },
  {
    id: 'listAudit',
    method: 'get',
    path: '/v1/audit',
    tag: 'access',
    summary: 'What was commanded, by whom',
    description: 'A page may be short, or empty, and have a cursor all the same.',
    query: queries.listAudit,
    success: [{ status: 200, description: 'One page.', schema: answers.audit, lines: true }],
    problems: [422],
  },
  {
    id: 'createToken',
    method: 'post',
    path: '/v1/tokens',
    tag: 'access',
    summary: 'Make an API token',
    description: 'The token is shown this once. It may do nothing until a rule of the policy names its id.',
    body: { schema: tokenBody, required: true },
    success: [{ status: 201, description: 'Made.', schema: answers.createdToken }],
    problems: [400, 409, 422],
  },
  {
    id: 'listTokens',
    method: 'get',
    path: '/v1/tokens',
    tag: 'access',
    summary: 'List API tokens, the oldest first',
    description: 'Those that ran out or were revoked too. Never a token itself.',
    query: queries.listTokens,
    success: [{ status: 200, description: 'One page.', schema: answers.tokens }],
    problems: [422],
  },
  {
    id: 'revokeToken',
    method: 'delete',
    path: '/v1/tokens/{id}',
    tag: 'access',
    summary: 'Revoke an API token',
    description: 'For good, from the answer on. 409 where nobody could change the policy afterwards.',
    query: queries.revokeToken,
    success: [{ status: 200, description: 'Revoked, now or before.', schema: answers.token }],
    problems: [404, 409, 422],
  },
]
