import { describe, expect, it } from 'vitest'
import { createLogger } from '../../shared/logger.ts'

function logged(event: string, fields?: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const lines: string[] = []
  createLogger((line) => void lines.push(line)).info(event, fields)
  expect(lines).toHaveLength(1)
  const { at, level, ...rest } = JSON.parse(lines[0] ?? '')
  expect({ at, level }).toEqual({ at: expect.any(String), level: 'info' })
  return rest
}

const signature = `v0=${'0123456789abcdef'.repeat(4)}`

describe('a line of the log', () => {
  it.each([
    'Authorization',
    'x-slack-signature',
    'SecretString',
    'idToken',
    'password',
    'Set-Cookie',
    'awsCredentials',
    'x-api-key',
    'privateKey',
    'response_url',
    'responseUrl',
  ])('hides what is named %s', (name) => {
    expect(logged('tried', { headers: { [name]: 'anything', other: 1 } })).toEqual({
      event: 'tried',
      headers: { [name]: '[hidden]', other: 1 },
    })
  })

  it('tells that there was none', () => {
    expect(logged('tried', { token: null, secret: undefined })).toEqual({ event: 'tried', token: null })
  })

  it('hides what looks like a secret, in every text and in errors with their causes', () => {
    const cause = new Error(`sent ${signature}`)
    const error = new TypeError(`refused: Bearer abcdefgh.ijk`, { cause })
    const line = logged(`got ${signature}`, { list: [signature], error })
    expect(line).toMatchObject({
      event: 'got v0=[hidden]',
      list: ['v0=[hidden]'],
      error: { name: 'TypeError', message: 'refused: Bearer [hidden]', cause: { message: 'sent v0=[hidden]' } },
    })
    expect(JSON.stringify(line)).not.toContain('0123456789abcdef')
  })
})
