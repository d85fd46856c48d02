import { describe, expect, it } from 'vitest'
import { createLoopbackAddresses } from '../../../../../local/aws/elastic-load-balancing-v2/loopback-addresses.ts'

describe('createLoopbackAddresses', () => {
  it('gives the lowest free address, and asks the system once', async () => {
    const asked: string[] = []
    const addresses = createLoopbackAddresses(async (address) => {
      asked.push(address)
      return true
    })
    expect(await addresses.next([])).toBe('127.0.0.2')
    expect(await addresses.next(['127.0.0.2', '127.0.0.4'])).toBe('127.0.0.3')
    expect(asked).toEqual(['127.0.0.2'])
  })

  it('shares 127.0.0.1 where the system has no other', async () => {
    const addresses = createLoopbackAddresses(async () => false)
    expect(await addresses.next(['127.0.0.1'])).toBe('127.0.0.1')
  })
})
