import {
  GetAliasCommand,
  InvalidParameterValueException,
  LambdaClient,
  LambdaServiceException,
  PreconditionFailedException,
  ResourceConflictException,
  ResourceNotFoundException,
  ServiceException,
  TooManyRequestsException,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAliasRouter } from '../../../../shared/adapters/lambda/alias-router.ts'
import { InvariantError, NotFoundError, TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import { describeDirectRouter } from '../../../contract/direct-router.ts'
import { anAliasRoute } from '../../../support/builders.ts'

const client = new LambdaClient({ region: 'eu-west-1' })
const clients = { reader: client, writer: client }
const lambda = mockClient(client)
const router = (deadlineMs?: number) => createAliasRouter(clients, anAliasRoute(), deadlineMs)

const met = (httpStatusCode: number) => ({ $metadata: { httpStatusCode }, message: 'it happened' })
const errors = {
  missing: new ResourceNotFoundException(met(404)),
  invalid: new InvalidParameterValueException(met(400)),
  precondition: new PreconditionFailedException(met(412)),
  updating: new ResourceConflictException(met(409)),
  throttled: new TooManyRequestsException(met(429)),
  failed: new ServiceException(met(500)),
  denied: new LambdaServiceException({ name: 'AccessDeniedException', $fault: 'client', ...met(403) }),
}

/** The alias as AWS answers it, with all that must never be sent back. */
const anAlias = (version: string, weights?: Readonly<Record<string, number>>, RevisionId = 'r1') => ({
  AliasArn: 'arn:aws:lambda:eu-west-1:123456789012:function:checkout:live',
  Name: 'live',
  FunctionVersion: version,
  Description: 'what customers call',
  RevisionId,
  ...(weights && { RoutingConfig: { AdditionalVersionWeights: weights } }),
})

beforeEach(() => {
  lambda.reset()
  lambda.onAnyCommand().rejects(new Error('unexpected command'))
})

/** An alias that keeps what is written to it, and its lock. */
async function aStatefulAlias() {
  let alias = anAlias('1')
  let revision = 1
  const put = (version: string, weights: Readonly<Record<string, number>>) => {
    alias = anAlias(version, weights, `r${++revision}`)
  }
  lambda.on(GetAliasCommand, { FunctionName: 'checkout', Name: 'live' }).callsFake(async () => alias)
  lambda.on(UpdateAliasCommand, { FunctionName: 'checkout', Name: 'live' }).callsFake(async (input) => {
    if (input.RevisionId !== alias.RevisionId) throw errors.precondition
    put(input.FunctionVersion, input.RoutingConfig.AdditionalVersionWeights)
    return alias
  })
  lambda.on(GetAliasCommand, { Name: 'gone' }).rejects(errors.missing)
  lambda.on(UpdateAliasCommand, { Name: 'gone' }).rejects(errors.missing)
  return { put }
}

describeDirectRouter('a Lambda alias', async () => {
  const { put } = await aStatefulAlias()
  return {
    router: router(),
    missing: createAliasRouter(clients, anAliasRoute({ alias: 'gone' })),
    takesThree: false,
    async change({ blue, green, other }) {
      if (other === undefined) put('1', { '2': green / (blue + green) })
      else put('1', { '3': other / 100 })
    },
  }
})

describe('what an alias router sends', () => {
  const sent = () => lambda.commandCalls(UpdateAliasCommand).map(({ args }) => args[0].input)
  const named = { FunctionName: 'checkout', Name: 'live', RevisionId: 'r1' }

  it.each([
    ['the first share', anAlias('1'), 10, { FunctionVersion: '1', weights: { '2': 0.1 } }],
    ['a tenth of a percent', anAlias('1'), 0.1, { FunctionVersion: '1', weights: { '2': 0.001 } }],
    [
      'everything, in one call with an empty map',
      anAlias('1', { '2': 0.5 }),
      100,
      { FunctionVersion: '2', weights: {} },
    ],
    ['everything back', anAlias('1', { '2': 0.5 }), 0, { FunctionVersion: '1', weights: {} }],
    [
      'a share of an alias that names the pair the other way',
      anAlias('2', { '1': 0.5 }),
      20,
      {
        FunctionVersion: '1',
        weights: { '2': 0.2 },
      },
    ],
  ])('is %s, the lock of what was seen and nothing else', async (_name, alias, percent, expected) => {
    lambda.on(GetAliasCommand).resolves(alias)
    lambda.on(UpdateAliasCommand).resolves({})
    const seen = await router().read()
    await router().write(seen, router().target(seen, { canary: 'green', percent, keepIdle: true }))
    const { FunctionVersion, weights } = expected
    expect(sent()).toEqual([{ ...named, FunctionVersion, RoutingConfig: { AdditionalVersionWeights: weights } }])
  })

  it('is the split of a snapshot exactly, also one with a foreign version, under the lock of what is there now', async () => {
    lambda
      .on(GetAliasCommand)
      .resolvesOnce(anAlias('7', { '1': 0.0005 }, 'r0'))
      .resolves(anAlias('2'))
    lambda.on(UpdateAliasCommand).resolves({})
    const snapshot = JSON.parse(JSON.stringify(await router().read()))
    await router().write(await router().read(), snapshot)
    expect(sent()).toEqual([
      { ...named, FunctionVersion: '7', RoutingConfig: { AdditionalVersionWeights: { '1': 0.0005 } } },
    ])
  })

  it('goes out only against a state that was read', async () => {
    lambda.on(GetAliasCommand).resolves(anAlias('1'))
    const seen = await router().read()
    const target = router().target(seen, { canary: 'green', percent: 10, keepIdle: true })
    await expect(router().write(target, seen)).rejects.toThrow(InvariantError)
    await expect(router().write({ ...seen, raw: null }, target)).rejects.toThrow(InvariantError)
  })

  it('is nothing where there is no version to move to', async () => {
    lambda.on(GetAliasCommand).resolves(anAlias('1'))
    const { blue: _blue, green: _green, ...unresolved } = anAliasRoute()
    const its = createAliasRouter(clients, unresolved)
    const seen = await its.read()
    expect(() => its.target(seen, { canary: 'green', percent: 10, keepIdle: true })).toThrow(UpstreamError)
  })
})

describe('an answer that cannot be worked with', () => {
  it.each([
    ['version', { RevisionId: 'r1' }],
    ['revision', { FunctionVersion: '1' }],
  ])('has no %s', async (word, answer) => {
    lambda.on(GetAliasCommand).resolves(answer)
    await expect(router().read()).rejects.toThrow(`lambda:GetAlias on lambda:checkout:live answered no ${word}`)
  })
})

describe('what went wrong with a reading', () => {
  it.each([
    ['missing', NotFoundError],
    ['invalid', UpstreamError],
    ['denied', UpstreamError],
    ['throttled', TransientError],
    ['failed', TransientError],
  ] as const)('is told by its kind: %s', async (kind, Class) => {
    lambda.on(GetAliasCommand).rejects(errors[kind])
    await expect(router().read()).rejects.toThrow(Class)
  })

  it('includes no answer in time', async () => {
    lambda.on(GetAliasCommand).callsFake(() => new Promise(() => undefined))
    await expect(router(5).read()).rejects.toThrow(TransientError)
  })
})

describe('what went wrong with a write', () => {
  async function write(deadlineMs?: number): Promise<void> {
    lambda.on(GetAliasCommand).resolves(anAlias('1'))
    const seen = await router().read()
    return router(deadlineMs).write(seen, router().target(seen, { canary: 'green', percent: 10, keepIdle: true }))
  }

  it.each([
    ['missing', NotFoundError],
    ['invalid', UpstreamError],
    ['denied', UpstreamError],
  ] as const)('stops it where nothing was written and nothing ever will be: %s', async (kind, Class) => {
    lambda.on(UpdateAliasCommand).rejects(errors[kind])
    await expect(write()).rejects.toThrow(Class)
  })

  it.each(['precondition', 'updating', 'throttled'] as const)('lets it be tried again: %s', async (kind) => {
    lambda.on(UpdateAliasCommand).rejects(errors[kind])
    const refused = write()
    await expect(refused).rejects.toThrow(TransientError)
    await expect(refused).rejects.toMatchObject({ refused: true, cause: errors[kind] })
  })

  it('leaves its outcome open where AWS failed', async () => {
    lambda.on(UpdateAliasCommand).rejects(errors.failed)
    await expect(write()).rejects.toMatchObject({ name: 'TransientError', refused: false })
  })

  it('leaves its outcome open where no answer came in time', async () => {
    lambda.on(UpdateAliasCommand).callsFake(() => new Promise(() => undefined))
    await expect(write(5)).rejects.toMatchObject({ name: 'TransientError', refused: false })
  })
})
