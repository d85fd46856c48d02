import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalRun } from '../../local/start.ts'
import { type BackEnd, startBackEnd } from '../support/data-plane.ts'
import { startQuietly } from '../support/local-mode.ts'

/** The CLI of Debian's package: version 2, as most people have it. */
const aws = '/usr/bin/aws'
const isThere = existsSync(aws)
if (!isThere) console.warn(`${aws} is absent (apt-get install awscli): the tests with the real AWS CLI do not run`)

const run = promisify(execFile)

describe.skipIf(!isThere)('Lambda, by the real AWS CLI', () => {
  let local: LocalRun
  let folder: string
  let servers: BackEnd[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
    // The end record of an empty archive: the CLI looks that far.
    await writeFile(join(folder, 'code.zip'), Buffer.from('504b0506'.padEnd(44, '0'), 'hex'))
    servers = [await startBackEnd('"one"'), await startBackEnd('"two"')]
    local = await startQuietly()
  })
  afterAll(async () => {
    await local.close()
    for (const server of servers) await server.stop()
    await rm(folder, { recursive: true, force: true })
  })

  /** `aws lambda …`, its output read. */
  async function lambda(...args: readonly string[]): Promise<Record<string, unknown>> {
    const credentials = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'thing', AWS_DEFAULT_REGION: 'eu-west-1' }
    const options = { env: { ...process.env, ...credentials }, cwd: folder }
    const { stdout } = await run(aws, ['--endpoint-url', local.awsUrl, '--output', 'json', 'lambda', ...args], options)
    return stdout.trim() === '' ? {} : JSON.parse(stdout)
  }

  const pay = ['--function-name', 'pay']
  const live = [...pay, '--name', 'live']
  const serverOf = (index: number) => `Variables={SLUICE_LOCAL_URL=http://127.0.0.1:${servers[index]?.port}}`

  it('creates a function, publishes two versions and moves an alias', { timeout: 120_000 }, async () => {
    await lambda(
      ...['create-function', ...pay, '--runtime', 'nodejs18.x', '--handler', 'index.handler', '--publish'],
      ...[
        '--role',
        'arn:aws:iam::000000000000:role/any',
        '--zip-file',
        'fileb://code.zip',
        '--environment',
        serverOf(0),
      ],
    )
    await lambda('wait', 'function-active-v2', ...pay)
    await lambda('update-function-configuration', ...pay, '--environment', serverOf(1))
    await lambda('wait', 'function-updated-v2', ...pay)
    expect(await lambda('publish-version', ...pay)).toMatchObject({ Version: '2' })
    const created = await lambda('create-alias', ...live, '--function-version', '1')

    const canary = ['--routing-config', 'AdditionalVersionWeights={2=0.1}', '--revision-id', String(created.RevisionId)]
    await lambda('update-alias', ...live, ...canary)
    const AliasArn = 'arn:aws:lambda:eu-west-1:000000000000:function:pay:live'
    expect(await lambda('get-alias', ...live)).toEqual({
      ...{ AliasArn, Name: 'live', FunctionVersion: '1', Description: '', RevisionId: expect.any(String) },
      RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } },
    })
    await expect(lambda('update-alias', ...live, ...canary)).rejects.toThrow(
      /An error occurred \(PreconditionFailedException\) when calling the UpdateAlias operation: The RevisionId/,
    )

    await lambda('update-alias', ...live, '--function-version', '2', '--routing-config', 'AdditionalVersionWeights={}')
    const answer = await lambda('invoke', ...pay, '--qualifier', 'live', '--payload', 'e30=', 'answer.json')
    expect(answer).toEqual({ StatusCode: 200, ExecutedVersion: '2' })
    expect(await readFile(join(folder, 'answer.json'), 'utf8')).toBe('"two"')
    expect(await lambda('list-aliases', ...pay)).toEqual({
      Aliases: [{ AliasArn, Name: 'live', FunctionVersion: '2', Description: '', RevisionId: expect.any(String) }],
    })
    const { Versions } = await lambda('list-versions-by-function', ...pay, '--page-size', '1')
    expect((Versions as { Version: string }[]).map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2'])

    await lambda('delete-alias', ...live)
    await lambda('delete-function', ...pay)
    expect(await lambda('list-functions')).toEqual({ Functions: [] })
  })

  it('prints errors as AWS does', async () => {
    await expect(lambda('get-alias', '--function-name', 'none', '--name', 'live')).rejects.toThrow(
      /An error occurred \(ResourceNotFoundException\) when calling the GetAlias operation: Function not found: arn:aws:lambda:eu-west-1:000000000000:function:none/,
    )
  })
})
