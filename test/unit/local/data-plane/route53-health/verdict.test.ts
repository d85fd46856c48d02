import type { HealthCheckConfig } from '@aws-sdk/client-route-53'
import { describe, expect, it } from 'vitest'
import type { CheckState } from '../../../../../local/data-plane/route53-health/check-state.ts'
import { judgeCheck, type Verdict } from '../../../../../local/data-plane/route53-health/verdict.ts'

const isKnown = true
const children: Record<string, Verdict> = {
  well: { isHealthy: true, isKnown },
  sick: { isHealthy: false, isKnown },
  new: { isHealthy: true, isKnown: false },
}
const judge = (config: HealthCheckConfig, status: CheckState['status'] = 'unknown') =>
  judgeCheck(config, { status, streak: 0 }, (id) => children[id])

describe('judgeCheck', () => {
  it.each<[CheckState['status'], Partial<HealthCheckConfig>, Verdict]>([
    ['healthy', {}, { isHealthy: true, isKnown }],
    ['unhealthy', {}, { isHealthy: false, isKnown }],
    ['unknown', {}, { isHealthy: true, isKnown: false }],
    ['healthy', { Inverted: true }, { isHealthy: false, isKnown }],
    ['unhealthy', { Inverted: true }, { isHealthy: true, isKnown }],
    ['unknown', { Inverted: true }, { isHealthy: false, isKnown: false }],
    ['unhealthy', { Disabled: true }, { isHealthy: true, isKnown }],
    ['unknown', { Disabled: true }, { isHealthy: true, isKnown }],
    ['healthy', { Disabled: true, Inverted: true }, { isHealthy: false, isKnown }],
  ])('takes what is %s with %o for %o', (status, config, verdict) => {
    expect(judge({ Type: 'TCP', ...config }, status)).toEqual(verdict)
  })

  it.each<[number, string[], Partial<HealthCheckConfig>, Verdict]>([
    [0, [], {}, { isHealthy: true, isKnown }],
    [0, ['sick'], {}, { isHealthy: true, isKnown }],
    [1, [], {}, { isHealthy: false, isKnown }],
    [1, ['well', 'sick'], {}, { isHealthy: true, isKnown }],
    [2, ['well', 'sick'], {}, { isHealthy: false, isKnown }],
    [2, ['well', 'new'], {}, { isHealthy: true, isKnown: false }],
    [1, ['gone'], {}, { isHealthy: true, isKnown }],
    [2, ['well', 'sick'], { Inverted: true }, { isHealthy: true, isKnown }],
    [2, ['sick', 'new'], { Disabled: true }, { isHealthy: true, isKnown }],
  ])('takes %i of %j with %o for %o', (HealthThreshold, ChildHealthChecks, config, verdict) => {
    expect(judge({ Type: 'CALCULATED', HealthThreshold, ChildHealthChecks, ...config })).toEqual(verdict)
  })
})
