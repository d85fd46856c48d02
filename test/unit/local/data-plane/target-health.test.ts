import { describe, expect, it } from 'vitest'
import {
  type CheckOutcome,
  describeCheckRecord,
  judgeCheck,
  matchesHttpCode,
  newCheckRecord,
} from '../../../../local/data-plane/target-health.ts'

const limits = { healthyThreshold: 3, unhealthyThreshold: 2 }
const outcomes: Readonly<Record<string, CheckOutcome>> = {
  P: { passed: true },
  C: { passed: false, reason: 'Target.ResponseCodeMismatch', code: 503 },
  T: { passed: false, reason: 'Target.Timeout' },
  F: { passed: false, reason: 'Target.FailedHealthChecks' },
}

/** The health after a run of checks: P passed, C wrong code, T timed out, F failed. */
function after(checks: string) {
  const record = [...checks].reduce((at, check) => {
    const outcome = outcomes[check]
    if (!outcome) throw new Error(`no outcome ${check}`)
    return judgeCheck(at, outcome, limits)
  }, newCheckRecord)
  const { State, Reason, Description } = describeCheckRecord(record)
  return [State, Reason, Description]
}

describe('judgeCheck', () => {
  it.each([
    { checks: '', health: ['initial', 'Elb.RegistrationInProgress', 'Target registration is in progress'] },
    { checks: 'C', health: ['initial', 'Elb.InitialHealthChecking', 'Initial health checks in progress'] },
    { checks: 'P', health: ['healthy', undefined, undefined] },
    { checks: 'CP', health: ['healthy', undefined, undefined] },
    {
      checks: 'CC',
      health: ['unhealthy', 'Target.ResponseCodeMismatch', 'Health checks failed with these codes: [503]'],
    },
    { checks: 'TT', health: ['unhealthy', 'Target.Timeout', 'Request timed out'] },
    { checks: 'FF', health: ['unhealthy', 'Target.FailedHealthChecks', 'Health checks failed'] },
    { checks: 'PC', health: ['healthy', undefined, undefined] },
    { checks: 'PCPC', health: ['healthy', undefined, undefined] },
    { checks: 'PCT', health: ['unhealthy', 'Target.Timeout', 'Request timed out'] },
    { checks: 'TTPP', health: ['unhealthy', 'Target.Timeout', 'Request timed out'] },
    { checks: 'TTPPFPP', health: ['unhealthy', 'Target.FailedHealthChecks', 'Health checks failed'] },
    { checks: 'TTPPP', health: ['healthy', undefined, undefined] },
  ])('after "$checks"', ({ checks, health }) => {
    expect(after(checks)).toEqual(health)
  })
})

describe('matchesHttpCode', () => {
  it.each([
    { matcher: '200', code: 200, matches: true },
    { matcher: '200', code: 201, matches: false },
    { matcher: '200,202', code: 202, matches: true },
    { matcher: '200-299', code: 299, matches: true },
    { matcher: '200-299', code: 300, matches: false },
    { matcher: '200,301-302', code: 301, matches: true },
  ])('$matcher on $code: $matches', ({ matcher, code, matches }) => {
    expect(matchesHttpCode(matcher, code)).toBe(matches)
  })
})
