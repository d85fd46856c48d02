import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseVersion } from '../../../../../local/aws/lambda/choose-version.ts'
import type { AliasRecord, VersionRecord } from '../../../../../local/aws/lambda/records.ts'
import { buildSettings } from '../../../../../local/aws/lambda/settings.ts'
import { createFunctionStore } from '../../../../../local/aws/lambda/store.ts'
import { aFunction } from '../../../../support/lambda-endpoint.ts'

const aVersion = (version: string): VersionRecord => ({
  ...{ version, modifiedAt: '2026-01-01T00:00:00.000Z', revisionId: version },
  settings: buildSettings(aFunction('pay', `http://127.0.0.1:900${version === '$LATEST' ? 0 : version}`)),
})

function aStore(alias: Pick<AliasRecord, 'version' | 'additional'>) {
  const store = createFunctionStore('000000000000')
  store.put({
    ...{ region: 'eu-west-1', name: 'pay', nextVersion: 3 },
    ...{ latest: aVersion('$LATEST'), published: [aVersion('1'), aVersion('2')] },
    aliases: [{ name: 'live', description: '', revisionId: 'r', ...alias }],
  })
  return store
}

const split = (weight: number) => aStore({ version: '1', additional: { version: '2', weight } })

describe('the version of an invocation', () => {
  it.each([
    [undefined, '$LATEST', 'pay', 'pay', false],
    ['$LATEST', '$LATEST', 'pay', 'pay:$LATEST', false],
    ['2', '2', 'pay:2', 'pay:2', false],
    ['live', '1', 'pay:live', 'pay:live', true],
  ])('named %s is %s', (qualifier, version, resource, name, isAlias) => {
    const address = { name: 'pay', ...(qualifier && { qualifier }) }
    expect(chooseVersion(aStore({ version: '1' }), 'eu-west-1', address, Math.random)).toEqual({
      ...{
        arn: `arn:aws:lambda:eu-west-1:000000000000:function:${name}`,
        functionName: 'pay',
        resource,
        isAlias,
        version,
      },
      origin: `http://127.0.0.1:900${version === '$LATEST' ? 0 : version}`,
      timeoutSeconds: 3,
    })
  })

  it('of an alias is the second one for the part of the dice that its weight is', () => {
    const dice = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    const weight = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(dice, weight, (random, share) => {
        const chosen = chooseVersion(split(share), 'eu-west-1', { name: 'pay', qualifier: 'live' }, () => random)
        expect(chosen?.version).toBe(random < share ? '2' : '1')
      }),
    )
  })

  it.each([
    ['all', 1, 0.999_999, '2'],
    ['none', 0, 0, '1'],
  ])('takes %s of the invocations at a weight of %d', (_, weight, random, version) => {
    const address = { name: 'pay', qualifier: 'live' }
    expect(chooseVersion(split(weight), 'eu-west-1', address, () => random)?.version).toBe(version)
  })

  it.each([
    ['another Region', 'us-east-1', { name: 'pay' }],
    ['another name', 'eu-west-1', { name: 'constructor' }],
    ['another qualifier', 'eu-west-1', { name: 'pay', qualifier: '9' }],
  ])('is none in %s', (_, region, address) => {
    expect(chooseVersion(split(0.5), region, address, Math.random)).toBeUndefined()
  })
})
