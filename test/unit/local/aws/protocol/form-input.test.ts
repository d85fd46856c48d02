import { GetMetricData$ } from '@aws-sdk/client-cloudwatch'
import {
  CreateRule$,
  DescribeAccountLimits$,
  ModifyTargetGroup$,
  RegisterTargets$,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { StaticOperationSchema } from '@smithy/types'
import { describe, expect, it } from 'vitest'
import { readForm } from '../../../../../local/aws/protocol/form-input.ts'
import { shapeOf } from '../../../../../local/aws/protocol/schema-lookup.ts'

const read = (schema: StaticOperationSchema, form: string) => readForm(shapeOf(schema[4]), new URLSearchParams(form))

describe('readForm', () => {
  it('reads nested structures and lists, numbers and flags by their type', () => {
    const form =
      'Action=CreateRule&Version=2015-12-01&ListenerArn=arn&Priority=10' +
      '&Conditions.member.1.Field=path-pattern&Conditions.member.1.PathPatternConfig.Values.member.1=%2Fa*' +
      '&Actions.member.1.Type=forward&Actions.member.1.ForwardConfig.TargetGroups.member.1.TargetGroupArn=blue' +
      '&Actions.member.1.ForwardConfig.TargetGroups.member.1.Weight=90' +
      '&Actions.member.1.ForwardConfig.TargetGroups.member.2.TargetGroupArn=green' +
      '&Actions.member.1.ForwardConfig.TargetGroups.member.2.Weight=10' +
      '&Actions.member.1.ForwardConfig.TargetGroupStickinessConfig.Enabled=false'
    expect(read(CreateRule$, form)).toEqual({
      ListenerArn: 'arn',
      Priority: 10,
      Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/a*'] } }],
      Actions: [
        {
          Type: 'forward',
          ForwardConfig: {
            TargetGroups: [
              { TargetGroupArn: 'blue', Weight: 90 },
              { TargetGroupArn: 'green', Weight: 10 },
            ],
            TargetGroupStickinessConfig: { Enabled: false },
          },
        },
      ],
    })
  })

  it('orders list members by their number, not by their place in the body', () => {
    const form = 'TargetGroupArn=a&Targets.member.10.Id=ten&Targets.member.2.Id=two'
    expect(read(RegisterTargets$, form)).toEqual({ TargetGroupArn: 'a', Targets: [{ Id: 'two' }, { Id: 'ten' }] })
  })

  it('reads an empty list, and instants in both spellings', () => {
    const form = 'MetricDataQueries=&StartTime=2026-01-01T00:00:00Z&EndTime=1767225660'
    expect(read(GetMetricData$, form)).toEqual({
      MetricDataQueries: [],
      StartTime: new Date('2026-01-01T00:00:00Z'),
      EndTime: new Date('2026-01-01T00:01:00Z'),
    })
  })

  it('passes over the parameters of the protocol and of signatures', () => {
    expect(read(DescribeAccountLimits$, 'Action=X&Version=1&X-Amz-Date=2&AWSAccessKeyId=k')).toEqual({})
  })

  it.each([
    ['an unknown member', 'TargetGroupArn=a&Colour=red', 'The parameter Colour is not recognized'],
    ['an unknown member below', 'TargetGroupArn=a&Matcher.Code=1', 'The parameter Matcher.Code is not recognized'],
    ['a member below a plain value', 'TargetGroupArn.x=a', 'The parameter TargetGroupArn.x is not recognized'],
    ['a missing required member', 'HealthCheckPath=/', 'The parameter TargetGroupArn is required'],
    [
      'text for a number',
      'TargetGroupArn=a&HealthyThresholdCount=two',
      "The parameter HealthyThresholdCount must be a number, not 'two'",
    ],
    [
      'text for a flag',
      'TargetGroupArn=a&HealthCheckEnabled=maybe',
      "The parameter HealthCheckEnabled must be true or false, not 'maybe'",
    ],
  ])('refuses %s and names it', (_name, form, message) => {
    expect(() => read(ModifyTargetGroup$, form)).toThrow(message)
  })

  it.each(['Targets.1.Id=a', 'Targets.member.x.Id=a', 'Targets.member.0.Id=a', 'Targets.member.__proto__.Id=a'])(
    'refuses the list key %s',
    (form) => {
      expect(() => read(RegisterTargets$, `TargetGroupArn=a&${form}`)).toThrow('is not recognized')
    },
  )
})
