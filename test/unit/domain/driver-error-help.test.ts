import { ErrorCode } from '@aws-sdk/client-codedeploy'
import { expect, it } from 'vitest'
import { driverErrorHelp, vagueErrorCodes } from '../../../shared/domain/driver-error-help.ts'

it('has a sentence for every code that the SDK knows, and for no other', () => {
  expect(Object.keys(driverErrorHelp).toSorted()).toEqual(Object.values(ErrorCode).toSorted())
})

it.each(Object.entries(driverErrorHelp))('%s: says one thing that helps', (_code, help) => {
  expect(help).toMatch(/^[A-Z].{30,200}\.$/)
})

it('calls only known codes vague', () => {
  expect([...vagueErrorCodes].filter((code) => driverErrorHelp[code] === undefined)).toEqual([])
})
