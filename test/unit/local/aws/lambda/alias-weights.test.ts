import { describe, expect, it } from 'vitest'
import type { AliasWeights } from '../../../../../local/aws/codedeploy/alias-weights.ts'
import { createUserFunctions } from '../../../../../local/aws/lambda/user-functions.ts'
import { createManualClock } from '../../../../../local/clock.ts'
import { describeAliasWeights } from '../../../../contract/alias-weights.ts'
import { rememberMetrics } from '../../../../support/data-plane.ts'
import { aFunction } from '../../../../support/lambda-endpoint.ts'

const region = 'eu-west-1'

/** The function `pay` with two versions; the alias `live` points to the first. */
async function aLambda(save: () => Promise<void> = async () => {}) {
  const lambda = createUserFunctions({ clock: createManualClock(), metrics: rememberMetrics() })
  const call = async (name: string, input: object) =>
    lambda.service.operations[name]?.handle({ FunctionName: 'pay', ...input }, { requestId: 'r', region })
  await call('CreateFunction', { ...aFunction('pay'), Publish: true })
  await call('UpdateFunctionConfiguration', { Timeout: 9 })
  await call('PublishVersion', {})
  await call('CreateAlias', { Name: 'live', FunctionVersion: '1' })
  return { lambda, call, aliases: lambda.aliasesIn(region, save) }
}

describeAliasWeights('the local Lambda', async (): Promise<AliasWeights> => (await aLambda()).aliases)

describe('the aliases of the local Lambda', () => {
  it('are locked against who read them before CodeDeploy moved them', async () => {
    const { aliases, call } = await aLambda()
    const before = Object(await call('GetAlias', { Name: 'live' }))
    await aliases.set('pay', 'live', { version: '1', additional: { version: '2', weight: 0.1 } })
    await expect(call('UpdateAlias', { Name: 'live', RevisionId: before.RevisionId })).rejects.toMatchObject({
      code: 'PreconditionFailedException',
    })
    const routing = { RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } } }
    expect(await call('GetAlias', { Name: 'live' })).toMatchObject({ FunctionVersion: '1', ...routing })
  })

  it('are saved before CodeDeploy goes on, as they are then', async () => {
    const saved: unknown[] = []
    const { lambda, aliases } = await aLambda(
      async () => void saved.push(JSON.parse(JSON.stringify(lambda.service.state.save()))),
    )
    await aliases.set('pay', 'live', { version: '2' })
    expect(saved).toMatchObject([{ functions: [{ name: 'pay', aliases: [{ name: 'live', version: '2' }] }] }])
  })

  it('do not move when that cannot be: to a version that is not there, or in another Region', async () => {
    const { lambda, aliases } = await aLambda()
    await expect(aliases.set('pay', 'live', { version: '9' })).rejects.toThrow('Function not found')
    const elsewhere = lambda.aliasesIn('us-east-1', async () => {})
    await expect(elsewhere.set('pay', 'live', { version: '2' })).rejects.toThrow('there is no alias pay:live')
    expect(await elsewhere.get('pay', 'live')).toBeUndefined()
    expect(await aliases.get('pay', 'live')).toEqual({ version: '1' })
  })
})
