import { describe, expect, it } from 'vitest'
import { refuseForeignPage } from '../../../../local/aws/foreign-page.ts'

function statusOf(headers: Readonly<Record<string, string>>): number {
  try {
    refuseForeignPage({ headers: { host: '127.0.0.1:4566', ...headers } })
    return 200
  } catch (error) {
    return error instanceof Error && 'status' in error ? Number(error.status) : 0
  }
}

describe('the AWS endpoint', () => {
  it.each([
    { who: 'an SDK' },
    { who: 'a program without a Host', headers: { host: '' } },
    { who: 'a page of this machine', headers: { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' } },
    {
      who: 'a page of another loopback name',
      headers: { origin: 'http://127.0.0.1:80', 'sec-fetch-site': 'cross-site' },
    },
    { who: 'an address that a person typed', headers: { 'sec-fetch-site': 'none' } },
    { who: 'an image of its own page', headers: { 'sec-fetch-site': 'same-origin' } },
    { who: 'a container', headers: { host: 'host.docker.internal:4566' } },
    { who: 'a service of the same network', headers: { host: 'sluice:4566' } },
    { who: 'IPv6', headers: { host: '[::1]:4566' } },
    { who: 'a name below localhost', headers: { host: 'aws.localhost:4566' } },
  ])('takes calls of $who', ({ headers = {} }) => {
    expect(statusOf(headers)).toBe(200)
  })

  it.each([
    { who: 'a form of another page', headers: { origin: 'https://evil.test' } },
    { who: 'a page without an origin', headers: { origin: 'null' } },
    { who: 'an image in another page', headers: { 'sec-fetch-site': 'cross-site' } },
    { who: 'a page whose name resolves to this machine', headers: { host: 'evil.test:4566' } },
    { who: 'a name that begins as an address', headers: { host: '127.0.0.1.evil.test' } },
    { who: 'a name that ends as localhost', headers: { host: 'evil-localhost.test' } },
  ])('refuses $who', ({ headers }) => {
    expect(statusOf(headers)).toBe(403)
  })
})
