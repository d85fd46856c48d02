import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildFunctions, type FunctionName, functionEntries } from '../../scripts/build-functions.ts'
import { aPostEvent } from '../support/api-gateway-event.ts'

const run = promisify(execFile)
const loader = fileURLToPath(new URL('../support/load-bundle.mjs', import.meta.url))

const environment = {
  AWS_LAMBDA_FUNCTION_NAME: 'sluice-test',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'any',
  AWS_SECRET_ACCESS_KEY: 'thing',
  // Nothing listens there: a call that goes out is refused at once.
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  SLUICE_TABLE: 'sluice',
  SLUICE_STATE_MACHINE_ARN: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sluice',
  SLUICE_ROLL_BACK_FUNCTION: 'sluice-roll-back',
  SLUICE_ROLLBACK_CHECK_FUNCTION: 'sluice-rollback-check',
  SLUICE_SLACK_WORK_FUNCTION: 'sluice-slack-work',
  SLUICE_SLACK_SIGNING_SECRET_NAME: '/sluice-slack/signing-secret',
  SLUICE_SLACK_BOT_TOKEN_NAME: '/sluice-slack/bot-token',
  SLUICE_PUBLIC_URL: 'https://sluice.example',
}

describe('the bundles that ship', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-bundles-'))
    await buildFunctions(folder)
  }, 120_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function call(name: FunctionName, event: unknown) {
    const file = pathToFileURL(join(folder, name, 'index.mjs')).href
    const { stdout } = await run(process.execPath, [loader, file, JSON.stringify(event)], { env: environment })
    // A function may log before it answers; the answer is the last thing printed.
    return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1))
  }

  it('answer over HTTP as API Gateway calls', async () => {
    const http = { method: 'GET', path: '/healthz', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' }
    const event = { version: '2.0', rawPath: '/healthz', rawQueryString: '', headers: {}, requestContext: { http } }
    const { answer } = await call('api', event)
    expect(answer).toMatchObject({ statusCode: 200 })
    expect(JSON.parse(answer.body)).toMatchObject({ status: 'ok' })
  })

  it('answer Slack that they cannot tell whether it is Slack, where the secret cannot be read', async () => {
    const event = aPostEvent({ path: '/slack/commands', headers: {}, body: 'text=help', isBase64Encoded: false })
    const { answer } = await call('slack', event)
    expect(answer).toMatchObject({ statusCode: 503, body: 'try again' })
  })

  const tasks = (Object.keys(functionEntries) as FunctionName[]).filter(
    (name) => !['api', 'slack', 'rollback-check'].includes(name),
  )
  it.each(tasks)('%s starts, and refuses a payload that is not its own by our error', async (name) => {
    expect(await call(name, { wrong: true })).toEqual({ error: 'InvariantError' })
  })

  it('the hook starts without a table of ours, and refuses what is no event of a hook', async () => {
    expect(await call('hook', { wrong: true })).toEqual({ error: 'ValidationError' })
  })

  it('the check starts, and throws when it cannot look', async () => {
    expect(await call('rollback-check', {})).toEqual({ error: 'TransientError' })
  })
})
