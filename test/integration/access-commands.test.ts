import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalRun } from '../../local/start.ts'
import { keys } from '../../shared/adapters/dynamodb/item.ts'
import { parseTokenText } from '../../shared/domain/api-token.ts'
import { createLogger } from '../../shared/logger.ts'
import { startQuietly } from '../support/local-mode.ts'
import { type CommandRun, runSluice } from '../support/run-sluice.ts'

let local: LocalRun
const logged: string[] = []
beforeAll(async () => {
  local = await startQuietly({ logger: createLogger((line) => void logged.push(line)) })
})
afterAll(() => local.close())

const run = (args: readonly string[], { token = '', input = '' } = {}) =>
  runSluice(args, { env: { SLUICE_URL: local.apiUrl, SLUICE_TOKEN: token }, input })

async function createToken(...options: readonly string[]): Promise<{ readonly id: string; readonly token: string }> {
  const { stdout, code } = await run(['tokens', 'create', ...options])
  const token = stdout.trim()
  expect(code).toBe(0)
  return { id: parseTokenText(token)?.id ?? 'none', token }
}

/** Gives the tokens `ids` the role of a viewer, beside the owner. */
async function letSee(...ids: readonly string[]): Promise<void> {
  const rules = [
    { name: 'owner', who: { kind: 'local' }, roles: ['admin'], services: ['*'] },
    { name: 'viewers', who: { kind: 'token', ids }, roles: ['viewer'], services: ['*'] },
  ]
  const body = JSON.stringify({ rules })
  const headers = { 'content-type': 'application/json' }
  expect((await fetch(`${local.apiUrl}/v1/policy`, { method: 'PUT', headers, body })).status).toBe(200)
}

const listServices = async (token: string) =>
  (await fetch(`${local.apiUrl}/v1/services`, { headers: { authorization: `Bearer ${token}` } })).status

describe('sluice tokens, against local mode', { timeout: 60_000 }, () => {
  it('makes a token that counts once the policy names it, lists it, and revokes it at once', async () => {
    const { id, token } = await createToken('on-call', '--for', '30d')
    expect(await listServices(token)).toBe(403)
    await letSee(id)
    expect(await listServices(token)).toBe(200)

    const listed = await run(['tokens', 'list'])
    expect(listed).toEqual({ code: 0, stderr: '', stdout: expect.stringMatching(`${id}  .*  on-call\n`) })
    const { stdout } = await run(['tokens', 'list', '--json'])
    const [kept] = JSON.parse(stdout).items.filter((one: { id: string }) => one.id === id)
    expect(Date.parse(kept.expiresAt) - Date.parse(kept.createdAt)).toBe(30 * 86_400_000)

    const revoked = await run(['tokens', 'revoke', id, '--reason', 'lost'])
    expect(revoked).toEqual({ code: 0, stderr: '', stdout: expect.stringMatching(/^on-call is revoked since 20/) })
    expect(await listServices(token)).toBe(401)
    expect((await run(['tokens', 'list'])).stdout).toMatch(new RegExp(`${id}  revoked 20`))
    const secret = parseTokenText(token)?.secret ?? 'none'
    expect([listed.stdout, stdout, ...logged].filter((text) => text.includes(secret))).toEqual([])
  })

  it('says what may not be done, and ends with 4', async () => {
    const { id, token } = await createToken('viewer')
    await letSee(id)
    expect(await run(['tokens', 'list'], { token })).toEqual({
      ...{ code: 4, stdout: '' },
      stderr: expect.stringContaining('list-tokens needs the role admin on all services (*); the caller has viewer'),
    })
    expect(await run(['tokens', 'list'], { token: 'sluice_none' })).toEqual({
      ...{ code: 4, stdout: '' },
      stderr: expect.stringMatching(/answered 401 to .*this is no API token/),
    })
    expect((await run(['tokens', 'revoke', '01kdvdnc00000000000000none'])).code).toBe(4)
  })

  it.each([[], ['create'], ['list', 'a'], ['create', 'a', '--for', '30']])(
    'ends with 2 for "%s %s %s %s"',
    async (...args) => {
      expect((await run(['tokens', ...args])).code).toBe(2)
    },
  )
})

describe('sluice audit, against local mode', { timeout: 60_000 }, () => {
  const anchorOf = ({ stdout }: CommandRun) => stdout.trim().split('\n').at(-1) ?? ''

  it('exports what was commanded, and verifies it here and from the file', async () => {
    await createToken('for the audit')
    const { stdout: exported, code } = await run(['audit', 'export'])
    const lines = exported.trim().split('\n')
    expect([code, JSON.parse(lines[0] ?? '').seq]).toEqual([0, 1])
    const verified = await run(['audit', 'verify'])
    expect(verified).toEqual({
      ...{ code: 0, stderr: '' },
      stdout: expect.stringMatching(
        new RegExp(`^${lines.length} entries, none missing or changed\n${lines.length}:[0-9a-f]{64}\n$`),
      ),
    })
    expect(await run(['audit', 'verify', '--file', '-'], { input: exported })).toEqual(verified)
    const filtered = await run(['audit', 'export', '--command', 'create-token', '--outcome', 'allowed'])
    const commands = filtered.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).command)
    expect(new Set(commands)).toEqual(new Set(['create-token']))
  })

  it('names what is missing or changed in an export, and ends with 1', async () => {
    const { stdout } = await run(['audit', 'export'])
    const lines = stdout.split(/(?<=\n)/)
    const last = lines.length
    const anchor = anchorOf(await run(['audit', 'verify']))
    const verify = (input: string, ...more: readonly string[]) =>
      run(['audit', 'verify', '--file', '-', ...more], { input })
    const broken = (reason: string) => ({ code: 1, stdout: '', stderr: expect.stringContaining(reason) })
    expect(last).toBeGreaterThan(2)
    expect(await verify(lines.toSpliced(1, 1).join(''))).toEqual(broken('entry 2 is missing'))
    expect(await verify(stdout.replace('"source":"rest"', '"source":"slack"'))).toEqual(broken('entry 1 was changed'))
    expect(await verify(lines.slice(0, -1).join(''), '--anchor', anchor)).toEqual(broken(`entry ${last} is missing`))
    expect((await verify(lines.slice(0, -1).join(''))).code).toBe(0)
    expect((await verify('{"seq":1}\n')).code).toBe(2)
  })

  it('finds an entry that somebody changed in the table', async () => {
    await createToken('another')
    const client = new DynamoDBClient({
      endpoint: local.awsUrl,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    })
    const { pk, sk } = keys.auditEntry(2)
    const { stdout } = await run(['audit', 'export'])
    const record = (stdout.split('\n')[1] ?? '').replace('"source":"rest"', '"source":"slack"')
    await client.send(
      new UpdateItemCommand({
        ...{ TableName: 'sluice', Key: { pk: { S: pk }, sk: { S: sk } }, UpdateExpression: 'SET #record = :record' },
        ...{
          ExpressionAttributeNames: { '#record': 'record' },
          ExpressionAttributeValues: { ':record': { S: record } },
        },
      }),
    )
    client.destroy()
    expect(await run(['audit', 'verify'])).toEqual({
      ...{ code: 1, stdout: '' },
      stderr: 'sluice: entry 2 was changed: its hash is another\n',
    })
  })

  it.each([
    ['verify', '--anchor', '12'],
    ['export', '--file', 'x'],
    ['verify', '--service', 'web'],
  ])('ends with 2 for "%s %s %s"', async (...args) => {
    expect((await run(['audit', ...args])).code).toBe(2)
  })
})
