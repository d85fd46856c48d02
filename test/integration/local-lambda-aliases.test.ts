import {
  CreateAliasCommand,
  type CreateAliasCommandInput,
  CreateFunctionCommand,
  DeleteAliasCommand,
  GetAliasCommand,
  type LambdaClient,
  ListAliasesCommand,
  PublishVersionCommand,
  paginateListAliases,
  UpdateAliasCommand,
  type UpdateAliasCommandInput,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { beforeEach, describe, expect, it } from 'vitest'
import { aFunction, allPages, startLambdaEndpoint } from '../support/lambda-endpoint.ts'

let client: LambdaClient
beforeEach(async () => {
  client = (await startLambdaEndpoint()).client
  await client.send(new CreateFunctionCommand({ ...aFunction('pay'), Publish: true }))
  for (const Timeout of [4, 5]) {
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'pay', Timeout }))
    await client.send(new PublishVersionCommand({ FunctionName: 'pay' }))
  }
})

const live = { FunctionName: 'pay', Name: 'live' }
const weights = (AdditionalVersionWeights: Record<string, number>) => ({ RoutingConfig: { AdditionalVersionWeights } })
const create = (input: Partial<CreateAliasCommandInput> = {}) =>
  client.send(new CreateAliasCommand({ ...live, FunctionVersion: '1', ...input }))
const update = (input: Partial<UpdateAliasCommandInput>) => client.send(new UpdateAliasCommand({ ...live, ...input }))
async function get() {
  const { $metadata: _, ...alias } = await client.send(new GetAliasCommand(live))
  return alias
}

describe('an alias', () => {
  it('is created, shown, and gone when deleted, which may be done twice', async () => {
    const { $metadata, ...created } = await create({ Description: 'what clients call' })
    expect($metadata.httpStatusCode).toBe(201)
    expect(created).toEqual({
      AliasArn: 'arn:aws:lambda:eu-west-1:000000000000:function:pay:live',
      ...{ Name: 'live', FunctionVersion: '1', Description: 'what clients call' },
      RevisionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
    expect(await get()).toEqual(created)
    for (const _ of [1, 2]) {
      const deleted = await client.send(new DeleteAliasCommand(live))
      expect(deleted.$metadata.httpStatusCode).toBe(204)
    }
    await expect(get()).rejects.toMatchObject({
      ...{ name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 404 } },
      message: `Cannot find alias arn: ${created.AliasArn}`,
    })
  })

  it('keeps its split when RoutingConfig is left out, and loses it to an empty one', async () => {
    await create(weights({ 2: 0.1 }))
    expect(await update({ Description: 'new' })).toMatchObject({ FunctionVersion: '1', ...weights({ 2: 0.1 }) })
    expect(await update({ FunctionVersion: '3' })).toMatchObject({ FunctionVersion: '3', ...weights({ 2: 0.1 }) })
    await update({ RoutingConfig: {} })
    expect((await get()).RoutingConfig).toBeUndefined()
    expect(await update(weights({ 1: 0 }))).toMatchObject(weights({ 1: 0 }))
    await update({ FunctionVersion: '2', ...weights({}) })
    expect(await get()).toMatchObject({ FunctionVersion: '2', Description: 'new' })
    expect((await get()).RoutingConfig).toBeUndefined()
  })

  it('has a new revision at each change, and refuses one that is not its own', async () => {
    const first = await create()
    const second = await update({ ...weights({ 2: 0.1 }), RevisionId: first.RevisionId })
    const third = await update({ ...weights({ 2: 0.1 }), RevisionId: second.RevisionId })
    expect(new Set([first, second, third].map(({ RevisionId }) => RevisionId)).size).toBe(3)
    await expect(update({ ...weights({ 2: 0.5 }), RevisionId: second.RevisionId })).rejects.toMatchObject({
      ...{ name: 'PreconditionFailedException', $metadata: { httpStatusCode: 412 } },
    })
    expect(await get()).toMatchObject({ ...weights({ 2: 0.1 }), RevisionId: third.RevisionId })
  })

  it('lets one of two writers with the same revision through', async () => {
    const { RevisionId } = await create()
    const both = await Promise.allSettled([0.1, 0.2].map((w) => update({ ...weights({ 2: w }), RevisionId })))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  const invalid = 'InvalidParameterValueException'
  it.each([
    ['a name that is a number', { Name: '12' }, 'ValidationException'],
    ['a version that is not there', { FunctionVersion: '9' }, 'ResourceNotFoundException'],
    ['a further version that is not there', weights({ 9: 0.1 }), 'ResourceNotFoundException'],
    ['an alias as its version', { FunctionVersion: 'live' }, 'ResourceNotFoundException'],
    ['a function that is not there', { FunctionName: 'none' }, 'ResourceNotFoundException'],
    ['a name that is taken', { Name: 'taken' }, 'ResourceConflictException'],
    ['two further versions', weights({ 2: 0.1, 3: 0.1 }), invalid],
    ['the same version twice', weights({ 1: 0.1 }), invalid],
    ['$LATEST with a split', { FunctionVersion: '$LATEST', ...weights({ 2: 0.1 }) }, invalid],
    ['$LATEST as the further version', weights({ $LATEST: 0.1 }), invalid],
    ['a weight over 1', weights({ 2: 1.01 }), 'ValidationException'],
    ['a weight below 0', weights({ 2: -0.1 }), 'ValidationException'],
    ['a further version that is a word', weights({ two: 0.1 }), 'ValidationException'],
  ] as const)('is refused with %s', async (_, input, name) => {
    await create({ Name: 'taken' })
    await expect(create(input)).rejects.toMatchObject({ name })
    const { Aliases } = await client.send(new ListAliasesCommand({ FunctionName: 'pay' }))
    expect(Aliases?.map(({ Name }) => Name)).toEqual(['taken'])
  })

  it('is not changed by an update that is refused', async () => {
    await create(weights({ 2: 0.1 }))
    const before = await get()
    // It would keep its split, with version 2 on both sides.
    await expect(update({ FunctionVersion: '2' })).rejects.toMatchObject({ name: invalid })
    await expect(update({ Name: 'other', FunctionVersion: '2' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    expect(await get()).toEqual(before)
  })

  it('may point to $LATEST alone', async () => {
    expect(await create({ FunctionVersion: '$LATEST' })).toMatchObject({ FunctionVersion: '$LATEST' })
  })
})

describe('a list of aliases', () => {
  it('comes in pages, of all or of those that a version is in', async () => {
    for (const Name of ['a', 'b', 'c']) await create({ Name })
    await create({ Name: 'd', FunctionVersion: '3', ...weights({ 2: 0.1 }) })
    const namesOf = async (input: { FunctionVersion?: string }, pageSize: number) => {
      const pages = await allPages(paginateListAliases({ client, pageSize }, { FunctionName: 'pay', ...input }))
      return pages.map(({ Aliases }) => Aliases?.map(({ Name }) => Name))
    }
    expect(await namesOf({}, 3)).toEqual([['a', 'b', 'c'], ['d']])
    expect(await namesOf({ FunctionVersion: '1' }, 50)).toEqual([['a', 'b', 'c']])
    expect(await namesOf({ FunctionVersion: '2' }, 50)).toEqual([['d']])
  })
})
