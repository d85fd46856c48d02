import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { LocalRun } from '../../local/start.ts'
import { startQuietly } from '../support/local-mode.ts'

const sluice = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url))

const check = (url: string, ...options: readonly string[]) => checkAs('secret', url, ...options)

async function checkAs(token: string, url: string, ...options: readonly string[]) {
  const env = { ...process.env, SLUICE_URL: url, SLUICE_TOKEN: token }
  const child = spawn(process.execPath, [sluice, 'check', ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return { stdout, stderr, code }
}

describe('sluice check against local mode', () => {
  let local: LocalRun
  beforeAll(async () => {
    local = await startQuietly()
  })
  afterAll(() => local.close())

  it('has the check run by its own function, and says how much it looked at', async () => {
    expect(await checkAs('', local.apiUrl)).toEqual({ stdout: '0 deployments checked\n', stderr: '', code: 0 })
    expect(await checkAs('', local.apiUrl, '--json')).toEqual({
      ...{ stdout: '{"checked":0,"failed":[]}\n', stderr: '', code: 0 },
    })
  })

  it('does nothing for a token that is not good', async () => {
    expect(await check(local.apiUrl)).toMatchObject({ stdout: '', code: 4 })
  })
})

describe('sluice check', () => {
  const closers: (() => void)[] = []
  afterEach(() => {
    for (const close of closers.splice(0)) close()
  })

  /** An API that answers so to everything. */
  async function answering(status: number, body: unknown) {
    const asked: unknown[] = []
    const server = createServer((request, response) => {
      asked.push([request.method, request.url, request.headers.authorization])
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => server.close())
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
  }

  it('names what could not be checked, and ends with 1', async () => {
    const failed = [{ id: 'dep_1', reason: 'Rate exceeded' }]
    const { url, asked } = await answering(200, { checked: 2, failed })
    const { stdout, code } = await check(url)
    expect(stdout).toMatch(
      /^2 deployments checked, 1 of them could not be\n\n {2}deployment +why.*\n {2}dep_1 +Rate exceeded\n$/,
    )
    expect(code).toBe(1)
    expect(asked).toEqual([['POST', '/v1/checks', 'Bearer secret']])
    expect(JSON.parse((await check(url, '--json')).stdout)).toEqual({ checked: 2, failed })
  })

  it.each([
    [
      'refuses',
      503,
      { title: 'Not now', detail: 'the check goes on' },
      /answered 503 to \/v1\/checks: the check goes on/,
    ],
    ['is another one', 200, { hello: 'world' }, /answered no report of a check; is SLUICE_URL right\?/],
  ])('says so where the API %s, and ends with 4', async (_, status, body, says) => {
    const { url } = await answering(status, body)
    expect(await check(url)).toEqual({ stdout: '', stderr: expect.stringMatching(says), code: 4 })
  })

  it('says so where nobody answers, and ends with 4', async () => {
    expect(await check('http://127.0.0.1:9')).toMatchObject({ stdout: '', code: 4 })
  })

  it.each([[['--jsonn']], [['now']]])('refuses %j, shows what there is, and ends with 2', async (options) => {
    const { stdout, stderr, code } = await check('http://127.0.0.1:9', ...options)
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toContain('sluice check [--json]')
  })

  it('tells about itself', async () => {
    expect(await check('http://127.0.0.1:9', '--help')).toMatchObject({
      ...{ stdout: expect.stringMatching(/^sluice check: /), stderr: '', code: 0 },
    })
  })
})
