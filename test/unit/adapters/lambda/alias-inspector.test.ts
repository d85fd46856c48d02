import {
  GetAliasCommand,
  InvalidParameterValueException,
  LambdaClient,
  LambdaServiceException,
  ListVersionsByFunctionCommand,
  ResourceNotFoundException,
  ServiceException,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createAliasInspector } from '../../../../shared/adapters/lambda/alias-inspector.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import { anAliasRoute } from '../../../support/builders.ts'

const client = new LambdaClient({ region: 'eu-west-1' })
const lambda = mockClient(client)
const inspector = createAliasInspector(() => ({ reader: client }), 50)
const met = (httpStatusCode: number) => ({ $metadata: { httpStatusCode }, message: 'it happened' })
const denied = new LambdaServiceException({ name: 'AccessDeniedException', $fault: 'client', ...met(403) })
const missing = new ResourceNotFoundException(met(404))
const versions = (...numbers: readonly string[]) => numbers.map((Version) => ({ Version }))

beforeEach(() => {
  lambda.reset()
  lambda.onAnyCommand().rejects(new Error('unexpected command'))
  lambda.on(GetAliasCommand).resolves({ FunctionVersion: '1', RevisionId: 'r1' })
  lambda.on(ListVersionsByFunctionCommand).resolves({ Versions: versions('$LATEST', '1', '2') })
})

describe('the facts of an alias', () => {
  it('are where it points, which versions of the route are published, and the newest by number, from every page', async () => {
    const first = { FunctionName: 'checkout' }
    lambda
      .on(ListVersionsByFunctionCommand, first)
      .resolves({ Versions: versions('$LATEST', '1', '9'), NextMarker: 'm' })
    lambda.on(ListVersionsByFunctionCommand, { ...first, Marker: 'm' }).resolves({ Versions: [...versions('10'), {}] })
    expect(await inspector.inspect(anAliasRoute())).toEqual({
      kind: 'lambda-alias',
      alias: { version: '1', additional: null },
      state: {
        weights: { blue: 100, green: null },
        settings: '{"inexact":[],"others":[]}',
        raw: { version: '1', additional: null, revisionId: 'r1' },
      },
      newestVersion: '10',
      published: { blue: true, green: false },
      groups: { blue: null, green: null },
      notLookedAt: [],
    })
  })

  it('say nothing of versions that the route does not name', async () => {
    const { blue: _blue, green: _green, ...route } = anAliasRoute()
    expect(await inspector.inspect(route)).toMatchObject({ newestVersion: '2', published: { blue: null, green: null } })
  })

  it('are null where there is no such function', async () => {
    lambda.on(GetAliasCommand).rejects(missing)
    lambda.on(ListVersionsByFunctionCommand).rejects(missing)
    expect(await inspector.inspect(anAliasRoute())).toMatchObject({
      ...{ alias: null, state: null, newestVersion: null, notLookedAt: [] },
      published: { blue: null, green: null },
    })
  })

  it('are null where there is a function without the alias, or without a published version', async () => {
    lambda.on(GetAliasCommand).rejects(missing)
    lambda.on(ListVersionsByFunctionCommand).resolves({ Versions: versions('$LATEST') })
    expect(await inspector.inspect(anAliasRoute())).toMatchObject({
      ...{ alias: null, newestVersion: null, published: { blue: false, green: false } },
    })
  })

  it.each([denied, new InvalidParameterValueException(met(400))])(
    'tell what could not be looked at: %s',
    async (error) => {
      lambda.on(GetAliasCommand).rejects(error)
      lambda.on(ListVersionsByFunctionCommand).rejects(error)
      const { alias, newestVersion, published, notLookedAt } = await inspector.inspect(anAliasRoute())
      expect({ alias, newestVersion, published }).toEqual({
        ...{ alias: null, newestVersion: null, published: { blue: null, green: null } },
      })
      expect(notLookedAt.map((sentence) => sentence.split(' could not')[0])).toEqual([
        'the alias lambda:checkout:live',
        'the versions of checkout',
      ])
    },
  )

  it.each([new ServiceException(met(500)), new TooManyRequestsException(met(429))])(
    'are not made up while AWS cannot be asked: %s',
    async (error) => {
      lambda.on(ListVersionsByFunctionCommand).rejects(error)
      await expect(inspector.inspect(anAliasRoute())).rejects.toThrow(TransientError)
      lambda.on(ListVersionsByFunctionCommand).resolves({ Versions: [] })
      lambda.on(GetAliasCommand).rejects(error)
      await expect(inspector.inspect(anAliasRoute())).rejects.toThrow(TransientError)
    },
  )

  it('are not made up where no answer comes in time', async () => {
    lambda.on(ListVersionsByFunctionCommand).callsFake(() => new Promise(() => undefined))
    await expect(inspector.inspect(anAliasRoute())).rejects.toThrow(TransientError)
  })
})
