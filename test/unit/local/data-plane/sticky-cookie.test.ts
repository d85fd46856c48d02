import { describe, expect, it } from 'vitest'
import {
  buildStickyCookies,
  decodeChoice,
  encodeChoice,
  groupCookies,
  readStickyChoice,
} from '../../../../local/data-plane/sticky-cookie.ts'

const value = encodeChoice({ chosen: 'arn:green', expiresAt: 2000 })

describe('sticky cookies', () => {
  it('come in a plain and a cross-origin form with the same content', () => {
    const cookies = buildStickyCookies(groupCookies, { chosen: 'arn:green', expiresAt: 2000 }, new Date(0))
    expect(cookies).toEqual([
      `AWSALBTG=${value}; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/`,
      `AWSALBTGCORS=${value}; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; SameSite=None; Secure`,
    ])
  })

  it.each([
    { name: 'among others', headers: [`a=1; AWSALBTG=${value}; b=2`], chosen: 'arn:green' },
    { name: 'in a second Cookie header', headers: ['a=1', `AWSALBTG=${value}`], chosen: 'arn:green' },
    { name: 'in the cross-origin form', headers: [`AWSALBTGCORS=${value}`], chosen: 'arn:green' },
    { name: 'of another kind', headers: [`AWSALB=${value}`], chosen: undefined },
    { name: 'with a name that only ends alike', headers: [`xAWSALBTG=${value}`], chosen: undefined },
    { name: 'made up', headers: ['AWSALBTG=hello'], chosen: undefined },
    { name: 'empty', headers: ['AWSALBTG='], chosen: undefined },
    { name: 'absent', headers: [], chosen: undefined },
  ])('are read: $name', ({ headers, chosen }) => {
    expect(readStickyChoice(headers, groupCookies, 1999)).toBe(chosen)
  })

  it('are void from the instant they expire', () => {
    expect(readStickyChoice([`AWSALBTG=${value}`], groupCookies, 2000)).toBeUndefined()
  })

  it('carry the choice there and back', () => {
    expect(decodeChoice(value)).toEqual({ chosen: 'arn:green', expiresAt: 2000 })
  })
})
