import { describe, expect, it } from 'vitest'
import { ForbiddenError, TransientError } from '../../../../shared/domain/errors.ts'
import type { AccessDeps } from '../../../../shared/use-cases/access/access-deps.ts'
import { authorise, type CommandRequest } from '../../../../shared/use-cases/access/authorise.ts'
import { createMemoryAccess } from '../../../support/access.ts'
import { aPolicyRule, principals } from '../../../support/policies.ts'

const deployment = 'dep_01KDVDNC00000000000000WEB1'
const start: CommandRequest = {
  principal: principals.slack,
  source: 'slack',
  requestId: 'req-1',
  commands: ['start-deployment'],
  service: 'web',
  deployment: null,
  creator: null,
  reason: 'release 42',
}
const abort: CommandRequest = {
  ...start,
  commands: ['abort-deployment'],
  deployment,
  creator: { kind: 'token', name: 'ci' },
}
const record = {
  at: '2026-01-01T00:00:00.000Z',
  principal: { kind: 'slack', name: 'mei', identity: 'T1/U1' },
  source: 'slack',
  requestId: 'req-1',
  command: 'start-deployment',
  service: 'web',
  deployment: null,
  outcome: 'allowed',
  reason: 'release 42',
  before: null,
  after: null,
}

async function setUp(overrides: Partial<AccessDeps> = {}) {
  const access = createMemoryAccess(overrides)
  const rules = [aPolicyRule('slack', { roles: ['deployer'], person: 'mei' })]
  await access.deps.policies.save({ ...access.deps.initialPolicy, rules })
  const written = async () => {
    const { items } = await access.deps.audit.list({ order: 'oldest-first' }, { limit: 100, cursor: null })
    return items.map(({ seq: _, hash: _h, previousHash: _p, ...entry }) => entry)
  }
  return { ...access, written }
}

const broken = (error: Error): Pick<AccessDeps, 'audit'> => ({
  audit: { append: () => Promise.reject(error), list: () => Promise.reject(error) },
})

describe('a command', () => {
  it('passes where the policy allows it, and is written down', async () => {
    const { deps, written } = await setUp()
    expect(await authorise(deps, start)).toEqual({ kind: 'slack', name: 'mei' })
    expect(await written()).toEqual([record])
  })

  it('is refused otherwise, and that is written down', async () => {
    const { deps, written } = await setUp()
    const reason = 'register-service needs the role admin on web; the caller has deployer'
    const change = { before: null, after: { routes: [] } }
    const register = authorise(deps, { ...start, commands: ['register-service'], change })
    await expect(register).rejects.toThrow(new ForbiddenError(reason))
    expect(await written()).toEqual([{ ...record, ...change, command: 'register-service', outcome: 'refused', reason }])
  })

  it('that needs two rights passes with both only', async () => {
    const { deps, written } = await setUp()
    const both = { ...start, commands: ['start-deployment', 'override-safeguards'] as const }
    await expect(authorise(deps, both)).rejects.toThrow(ForbiddenError)
    const reason = 'override-safeguards needs the role approver or admin on web; the caller has deployer'
    const refusal = { ...record, command: 'override-safeguards', outcome: 'refused', reason }
    expect(await written()).toEqual([refusal])
    const { version } = (await deps.policies.read()) ?? deps.initialPolicy
    await deps.policies.save({ ...deps.initialPolicy, version, rules: [aPolicyRule('slack', { person: 'mei' })] })
    await authorise(deps, both)
    expect(await written()).toEqual([refusal, record, { ...record, command: 'override-safeguards' }])
  })

  it('that only looks is written down where it is refused', async () => {
    const { deps, written } = await setUp()
    await authorise(deps, { ...start, commands: ['read-service'] })
    expect(await written()).toEqual([])
    const stranger = { ...start, principal: principals.token, source: 'rest', commands: ['read-service'] } as const
    await expect(authorise(deps, stranger)).rejects.toThrow(ForbiddenError)
    expect(await written()).toEqual([
      {
        ...record,
        principal: { kind: 'token', name: `on-call (${principals.token.id})`, identity: principals.token.id },
        source: 'rest',
        command: 'read-service',
        outcome: 'refused',
        reason: `no rule of the policy is about on-call (${principals.token.id})`,
      },
    ])
  })

  it('is held by the creator against the person behind the caller', async () => {
    const { deps } = await setUp()
    const { version } = (await deps.policies.read()) ?? deps.initialPolicy
    const rules = [aPolicyRule('slack', { person: 'mei' })]
    await deps.policies.save({ ...deps.initialPolicy, version, rules })
    const approve = { ...abort, commands: ['approve-deployment'] as const }
    expect((await authorise(deps, approve)).name).toBe('mei')
    const own = authorise(deps, { ...approve, creator: { kind: 'token', name: 'mei' } })
    await expect(own).rejects.toThrow('mei created the deployment; somebody else must decide about it')
  })
})

describe('where nothing can be written down', () => {
  const error = new TransientError('throttled')

  it('nothing is raised', async () => {
    const { deps } = await setUp(broken(error))
    await expect(authorise(deps, start)).rejects.toThrow(error)
  })

  it('traffic is taken back all the same, and that is in the log', async () => {
    const { deps, warned } = await setUp(broken(error))
    expect(await authorise(deps, abort)).toEqual({ kind: 'slack', name: 'mei' })
    const entry = { ...record, command: 'abort-deployment', deployment }
    expect(warned).toEqual([{ event: 'audit-not-written', fields: { record: entry, error } }])
  })

  it('a refusal stays one', async () => {
    const { deps, warned } = await setUp(broken(error))
    await expect(authorise(deps, { ...start, commands: ['stop-line'], service: null })).rejects.toThrow(ForbiddenError)
    expect(warned).toHaveLength(1)
  })

  it('nobody passes while the policy cannot be read', async () => {
    const access = createMemoryAccess()
    const policies = { ...access.deps.policies, read: () => Promise.reject(error) }
    await expect(authorise({ ...access.deps, policies }, abort)).rejects.toThrow(error)
  })
})
