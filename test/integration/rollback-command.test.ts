import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'

const sluice = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url))

async function rollback(url: string, ...options: readonly string[]) {
  const env = { ...process.env, SLUICE_URL: url, SLUICE_TOKEN: 'secret' }
  const child = spawn(process.execPath, [sluice, 'rollback', ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return { stdout, stderr, code }
}

const late = { id: 'dep_2', phase: 'rolled-back', lateRollbackOf: 'dep_1' }
const refused = {
  detail: 'the newest success of "web" cannot be taken back now',
  errors: [
    { path: 'routes[0]', message: 'changed' },
    { path: 'routes[0].blue', message: 'cold' },
  ],
}

describe('sluice rollback', () => {
  const closers: (() => void)[] = []
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })

  /** An API that answers so to everything. */
  async function answering(status: number, body: unknown) {
    const asked: unknown[] = []
    const server = createServer(async (request, response) => {
      asked.push([request.method, request.url, request.headers.authorization, await text(request)])
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => server.close())
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
  }

  it.each([
    [200, late, 'dep_1 is taken back: traffic was read back as it was before it (dep_2)\n', 0],
    [
      202,
      { ...late, phase: 'rolling-back' },
      'dep_1 is being taken back by dep_2 (rolling-back); the check finishes it\n',
      3,
    ],
  ])('answered %i says what became of it', async (status, body, stdout, code) => {
    const { url, asked } = await answering(status, body)
    expect(await rollback(url, 'web', '--reason', 'orders fail', '--force')).toEqual({ stdout, stderr: '', code })
    expect(asked).toEqual([
      ['POST', '/v1/services/web/rollback', 'Bearer secret', '{"force":true,"reason":"orders fail"}'],
    ])
  })

  it('names everything that is missing, and ends with 1', async () => {
    const { url, asked } = await answering(409, refused)
    expect(await rollback(url, 'web')).toEqual({
      ...{ stdout: '', code: 1 },
      stderr: 'sluice: not taken back; what is missing:\n\n  routes[0]       changed\n  routes[0].blue  cold\n',
    })
    expect(asked).toEqual([['POST', '/v1/services/web/rollback', 'Bearer secret', '{"force":false}']])
    expect(await rollback(url, 'web', '--json')).toEqual({
      stdout: `${JSON.stringify(refused)}\n`,
      stderr: '',
      code: 1,
    })
  })

  it.each([
    ['is busy', 503, { detail: 'busy', errors: [] }, /answered 503 to \/v1\/services\/web\/rollback: busy/],
    ['is another one', 200, { hello: 'world' }, /not an answer of Sluice; is SLUICE_URL right\?/],
  ])('says so where the API %s, and ends with 4', async (_, status, body, says) => {
    const { url } = await answering(status, body)
    expect(await rollback(url, 'web')).toEqual({ stdout: '', stderr: expect.stringMatching(says), code: 4 })
  })

  it.each([[[]], [['web', 'shop']], [['web', '--forced']]])(
    'refuses %j, shows what there is, and ends with 2',
    async (options) => {
      const { stdout, stderr, code } = await rollback('http://127.0.0.1:9', ...options)
      expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
      expect(stderr).toContain('sluice rollback SERVICE')
    },
  )

  it('tells about itself', async () => {
    const { stdout, code } = await rollback('http://127.0.0.1:9', '--help')
    expect([stdout.startsWith('sluice rollback: '), code]).toEqual([true, 0])
  })
})
