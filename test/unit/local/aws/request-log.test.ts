import { describe, expect, it } from 'vitest'
import { createRequestLog } from '../../../../local/aws/request-log.ts'

const call = { at: '2026-01-01T00:00:00.000Z', service: 'states', action: 'StartExecution', mutates: true }

describe('createRequestLog', () => {
  it('keeps the last calls and goes on counting', () => {
    const log = createRequestLog(2)
    for (let turn = 0; turn < 3; turn++) log.add(call)
    expect(log.list().map(({ seq }) => seq)).toEqual([2, 3])
    expect(log.list(2).map(({ seq }) => seq)).toEqual([3])
    log.clear()
    expect(log.add(call).seq).toBe(4)
  })

  it('shows a call as pending until its outcome is known', () => {
    const log = createRequestLog()
    const entry = log.add(call)
    expect(log.list()).toEqual([{ seq: 1, ...call, input: undefined, outcome: 'pending' }])
    entry.outcome = 'ok'
    expect(log.list()[0]?.outcome).toBe('ok')
  })

  it('never keeps a secret, however deep', () => {
    const log = createRequestLog()
    const entry = log.add(call)
    log.setInput(entry, {
      Actions: [{ AuthenticateOidcConfig: { ClientId: 'id', ClientSecret: 'hush' } }],
      password: 'hush',
    })
    expect(JSON.stringify(log.list())).not.toContain('hush')
    expect(JSON.stringify(log.list())).toContain('"ClientId":"id"')
  })

  it('names a long package by its size alone', () => {
    const log = createRequestLog()
    const call = log.add({ at: '2026-01-01T00:00:00.000Z', service: 'lambda', action: 'CreateFunction', mutates: true })
    log.setInput(call, { Code: { ZipFile: new Uint8Array(65_537) }, small: Buffer.from('zip') })
    expect(log.list().map(({ input }) => input)).toEqual([{ Code: { ZipFile: '(65537 bytes)' }, small: 'emlw' }])
  })
})
