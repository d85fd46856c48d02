import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../shared/config.ts'
import { ConfigError } from '../../shared/domain/errors.ts'

const env = {
  SLUICE_TABLE: 'sluice',
  SLUICE_STATE_MACHINE_ARN: 'arn:aws-cn:states:cn-north-1:123456789012:stateMachine:sluice',
  SLUICE_ROLL_BACK_FUNCTION: 'sluice-roll-back',
  SLUICE_ROLLBACK_CHECK_FUNCTION: 'sluice-rollback-check',
  AWS_REGION: 'cn-north-1',
}

describe('the configuration', () => {
  it('comes from the environment', () => {
    expect(loadConfig({ ...env, SLUICE_TABLE: ' sluice ' })).toEqual({
      table: 'sluice',
      stateMachineArn: env.SLUICE_STATE_MACHINE_ARN,
      rollBackFunction: 'sluice-roll-back',
      rollbackCheckFunction: 'sluice-rollback-check',
      region: 'cn-north-1',
      outboundAllow: [],
      adminArns: [],
      issuers: [],
    })
  })

  it('lists what may be called although it is not public', () => {
    const { outboundAllow } = loadConfig({ ...env, SLUICE_OUTBOUND_ALLOW: ' 10.0.0.0/16,, *.corp.example ' })
    expect(outboundAllow).toEqual(['10.0.0.0/16', '*.corp.example'])
  })

  it('says of a caller that cannot be trusted as it does of the rest', () => {
    expect(() => loadConfig({ ...env, SLUICE_ADMIN_ARNS: 'mei' })).toThrow('SLUICE_ADMIN_ARNS has "mei"')
  })

  it('takes the ARN of a function, too', () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:sluice-roll-back:live'
    expect(loadConfig({ ...env, SLUICE_ROLL_BACK_FUNCTION: arn }).rollBackFunction).toBe(arn)
  })

  it.each(['eu-west-1', 'us-gov-west-1', 'ap-southeast-5'])('takes the Region %s', (region) => {
    expect(loadConfig({ ...env, AWS_REGION: region }).region).toBe(region)
  })

  it('names everything that is missing at once', () => {
    const load = () => loadConfig({})
    expect(load).toThrow(ConfigError)
    for (const variable of Object.keys(env)) expect(load).toThrow(`${variable} is not set`)
  })

  it.each([
    ['SLUICE_TABLE', 'a b'],
    ['SLUICE_STATE_MACHINE_ARN', 'sluice'],
    ['SLUICE_STATE_MACHINE_ARN', 'arn:aws:states:eu-west-1:123456789012:execution:sluice:x'],
    ['SLUICE_ROLL_BACK_FUNCTION', 'roll back'],
    ['SLUICE_ROLLBACK_CHECK_FUNCTION', 'check!'],
    ['AWS_REGION', 'Ireland'],
    ['AWS_REGION', '   '],
  ])('refuses %s=%s', (variable, value) => {
    const load = () => loadConfig({ ...env, [variable]: value })
    expect(load).toThrow(ConfigError)
    expect(load).toThrow(variable)
  })
})
