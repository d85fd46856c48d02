import type { HealthCheckConfig } from '@aws-sdk/client-route-53'
import { describe, expect, it } from 'vitest'
import { findDestination, isLoopback } from '../../../../../local/data-plane/route53-health/endpoint.ts'

it.each([
  ['127.0.0.1', true],
  ['127.255.255.254', true],
  ['::1', true],
  ['126.255.255.255', false],
  ['128.0.0.1', false],
  ['10.0.0.1', false],
  ['0.0.0.0', false],
  ['::2', false],
  ['localhost', false],
])('says whether %s is loopback', (address, expected) => {
  expect(isLoopback(address)).toBe(expected)
})

describe('findDestination', () => {
  const find = (config: Partial<HealthCheckConfig>, found: readonly string[] | Error | 'never', turn = 0) => {
    const asked: string[] = []
    const resolve = (name: string) => {
      asked.push(name)
      if (found === 'never') return new Promise<never>(() => {})
      return found instanceof Error ? Promise.reject(found) : Promise.resolve(found)
    }
    const destination = findDestination({ Type: 'TCP', ...config }, { resolve, turn, timeoutMs: 20 })
    return destination.then((value) => ({ ...value, asked }))
  }
  const named = { FullyQualifiedDomainName: 'App.Example.com.' }

  it('takes an address as it is', async () => {
    expect(await find({ IPAddress: '127.0.0.9', ...named }, [])).toEqual({
      address: '127.0.0.9',
      isResolved: false,
      asked: [],
    })
  })

  it('takes the addresses of a name in turn, IPv4 alone', async () => {
    const found = ['127.0.0.2', '::1', '127.0.0.3']
    const addresses = await Promise.all([0, 1, 2, 3].map((turn) => find(named, found, turn)))
    expect(addresses.map(({ address }) => address)).toEqual(['127.0.0.2', '127.0.0.3', '127.0.0.2', '127.0.0.3'])
    expect(addresses[0]).toEqual({ address: '127.0.0.2', isResolved: true, asked: ['app.example.com'] })
  })

  it.each<[string, Partial<HealthCheckConfig>, readonly string[] | Error | 'never', string]>([
    ['an address elsewhere', { IPAddress: '192.0.2.1' }, [], 'IP: 192.0.2.1. The local endpoint checks loopback'],
    ['a name elsewhere', named, ['192.0.2.1'], 'Resolved IP: 192.0.2.1. The local endpoint checks loopback'],
    [
      'a name without address',
      named,
      [],
      'DNS resolution failed: no local zone or load balancer answers for app.example.com',
    ],
    ['a name with IPv6 alone', named, ['::1'], 'DNS resolution failed: no local zone'],
    ['a failing resolver', named, new Error('SERVFAIL'), 'DNS resolution failed: SERVFAIL'],
    ['a silent resolver', named, 'never', 'DNS resolution failed: no answer within 20 ms'],
  ])('has a reason against %s', async (_name, config, found, reason) => {
    const destination = await find(config, found)
    expect(destination).toMatchObject({ address: null, reason: expect.stringContaining(reason) })
  })
})
