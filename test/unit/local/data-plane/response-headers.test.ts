import { expect, it } from 'vitest'
import { readResponseHeaders } from '../../../../local/data-plane/response-headers.ts'

it('keeps a target’s headers, repeated ones too, and drops those of its connection', () => {
  const raw = ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Connection', 'keep-alive', 'Transfer-Encoding', 'chunked']
  expect(readResponseHeaders([...raw, 'X-Name', 'caf\u00e9'].map((text) => Buffer.from(text, 'latin1')))).toEqual({
    headers: ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Name', 'caf\u00e9'],
    contentLength: -1,
  })
})

it('reads the announced length', () => {
  expect(readResponseHeaders([Buffer.from('content-length'), Buffer.from('42')])).toEqual({
    headers: ['content-length', '42'],
    contentLength: 42,
  })
})
