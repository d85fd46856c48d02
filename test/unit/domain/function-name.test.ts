import { expect, it } from 'vitest'
import { plainFunctionName, regionOfFunction } from '../../../shared/domain/function-name.ts'

it.each([
  ['checkout', null, 'checkout'],
  ['arn:aws:lambda:eu-west-1:123456789012:function:checkout', 'eu-west-1', 'checkout'],
  ['arn:aws-cn:lambda:cn-north-1:123456789012:function:pay_2-x', 'cn-north-1', 'pay_2-x'],
  [
    'arn:aws:lambda:eu-west-1:123456789012:function:checkout:live',
    null,
    'arn:aws:lambda:eu-west-1:123456789012:function:checkout:live',
  ],
])('tells the Region and the name of %s', (functionName, region, name) => {
  expect(regionOfFunction(functionName)).toBe(region)
  expect(plainFunctionName(functionName)).toBe(name)
})
