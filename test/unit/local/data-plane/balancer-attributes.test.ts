import { describe, expect, it } from 'vitest'
import { parseBalancerAttributes } from '../../../../local/data-plane/balancer-attributes.ts'

describe('parseBalancerAttributes', () => {
  it('has the defaults of AWS', () => {
    expect(parseBalancerAttributes({ 'something.else': 'x' })).toEqual({ idleTimeoutMs: 60_000, xffMode: 'append' })
  })

  it('reads what it acts on', () => {
    expect(
      parseBalancerAttributes({
        'idle_timeout.timeout_seconds': '4000',
        'routing.http.xff_header_processing.mode': 'remove',
      }),
    ).toEqual({ idleTimeoutMs: 4_000_000, xffMode: 'remove' })
  })

  it.each([
    { 'idle_timeout.timeout_seconds': '0' },
    { 'idle_timeout.timeout_seconds': '4001' },
    { 'idle_timeout.timeout_seconds': 'long' },
    { 'routing.http.xff_header_processing.mode': 'mangle' },
  ])('refuses %j and names it', (attributes) => {
    expect(() => parseBalancerAttributes(attributes)).toThrow(Object.keys(attributes)[0])
  })
})
