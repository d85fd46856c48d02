import { spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { buildFunction } from '../scripts/build-functions.ts'
import { percentile } from './percentile.ts'

/*
 * How long Slack waits for a cold start: the bundle that ships is loaded by a new process, which reads the signing secret,
 * verifies a signed command, remembers its trigger and hands the work on, all over HTTP to a stub of AWS on this machine,
 * and acknowledges. Slack gives up after 3 s. Goal: p95 under one second.
 *
 * The processor time beside it says what a start costs where other programs slow this machine down.
 */
const goalMs = 1000
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '20' } },
})
const rounds = Number(values.rounds)
const secret = randomBytes(32).toString('hex')
const workFunction = 'sluice-bench-slack-work'

const calls: string[] = []
const stub = createServer(async (request, response) => {
  const chunks: Uint8Array[] = []
  for await (const chunk of request) chunks.push(chunk)
  const target = request.headers['x-amz-target']
  const isInvoke = request.url?.includes(`/functions/${workFunction}/invocations`) ?? false
  calls.push(isInvoke ? 'Invoke' : (String(target).split('.')[1] ?? ''))
  if (isInvoke) response.writeHead(202).end()
  else {
    const answer = String(target).startsWith('AmazonSSM') ? { Parameter: { Name: 'secret', Value: secret } } : {}
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer))
  }
})
await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve))
const folder = await mkdtemp(join(tmpdir(), 'sluice-slack-'))
try {
  await buildFunction('slack', folder)
  const bundle = pathToFileURL(join(folder, 'index.mjs')).href
  const samples: Sample[] = []
  for (let round = 0; round < rounds; round++) samples.push(await startCold(bundle))
  process.exitCode = report(samples) ? 0 : 1
} finally {
  stub.close()
  await rm(folder, { recursive: true, force: true })
}

interface Sample {
  /** From the start of the process to its acknowledgement, as Slack would wait if Lambda began with the request. */
  readonly totalMs: number
  /** Of that: loading the bundle; and the request. */
  readonly loadMs: number
  readonly requestMs: number
  /** Processor time of the process, all of it. */
  readonly cpuMs: number
}

/** A process of its own, as a new Lambda environment is one. */
async function startCold(bundle: string): Promise<Sample> {
  const port = (stub.address() as AddressInfo).port
  const env = {
    PATH: process.env.PATH ?? '',
    AWS_LAMBDA_FUNCTION_NAME: 'sluice-bench-slack',
    AWS_REGION: 'eu-west-1',
    // It only says that Node 20 will not do for ever; Lambda runs Node 24.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'thing',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    SLUICE_TABLE: 'sluice',
    SLUICE_STATE_MACHINE_ARN: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sluice',
    SLUICE_ROLL_BACK_FUNCTION: 'sluice-roll-back',
    SLUICE_ROLLBACK_CHECK_FUNCTION: 'sluice-rollback-check',
    SLUICE_SLACK_WORK_FUNCTION: workFunction,
    SLUICE_SLACK_SIGNING_SECRET_NAME: '/sluice-slack/signing-secret',
    SLUICE_SLACK_BOT_TOKEN_NAME: '/sluice-slack/bot-token',
    SLUICE_PUBLIC_URL: 'https://sluice.example',
  }
  calls.length = 0
  const child = fileURLToPath(new URL('slack/child.mjs', import.meta.url))
  const startedAt = performance.now()
  const { stdout, answeredAt } = await runChild([child, bundle, JSON.stringify(aSignedCommand())], env)
  const { loadMs, requestMs, cpuMs, statusCode, body } = JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1))
  if (statusCode !== 200 || !String(body).includes('Taken')) throw new Error(`it answered ${statusCode}: ${body}`)
  if (calls.join() !== 'GetParameter,PutItem,Invoke') throw new Error(`it called ${calls.join() || 'nothing'}`)
  return { totalMs: answeredAt - startedAt, loadMs, requestMs, cpuMs }
}

function runChild(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly stdout: string; readonly answeredAt: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    let stdout = ''
    let answeredAt = 0
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk)
      answeredAt = performance.now()
    })
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve({ stdout, answeredAt }) : reject(new Error(`the process ended with ${code}`)),
    )
  })
}

/** As API Gateway hands over what Slack sends: the body in base64. */
function aSignedCommand(): object {
  const body = new URLSearchParams({
    ...{ command: '/sluice', text: 'deploy web canary 10% 30m because release 42', team_id: 'T0BENCH' },
    ...{ user_id: 'U0BENCH', channel_id: 'C0BENCH', trigger_id: `1.2.${randomBytes(16).toString('hex')}` },
    response_url: 'https://hooks.slack.com/commands/T0BENCH/1/2',
  }).toString()
  const timestamp = String(Math.floor(Date.now() / 1000))
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
  const path = '/slack/commands'
  return {
    ...{ version: '2.0', routeKey: `POST ${path}`, rawPath: path, rawQueryString: '', isBase64Encoded: true },
    headers: {
      ...{ host: 'sluice.example', 'content-type': 'application/x-www-form-urlencoded' },
      ...{ 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${digest}` },
    },
    requestContext: {
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '198.51.100.7', userAgent: 'Slackbot' },
    },
    body: Buffer.from(body).toString('base64'),
  }
}

/** @returns Whether the goal was met. */
function report(samples: readonly Sample[]): boolean {
  const of = (part: keyof Sample) => samples.map((sample) => sample[part]).sort((a, b) => a - b)
  const at = (part: keyof Sample, share: number) => Math.round(percentile(of(part), share))
  const figures = {
    ...{ starts: samples.length, p50Ms: at('totalMs', 0.5), p95Ms: at('totalMs', 0.95), maxMs: at('totalMs', 1) },
    ...{ loadP50Ms: at('loadMs', 0.5), requestP50Ms: at('requestMs', 0.5), cpuP50Ms: at('cpuMs', 0.5), goalMs },
  }
  const { starts, p50Ms, p95Ms, maxMs, loadP50Ms, requestP50Ms, cpuP50Ms } = figures
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else
    process.stdout.write(
      `cold acknowledgement of a slash command: p50 ${p50Ms} ms, p95 ${p95Ms} ms, max ${maxMs} ms of ${starts} new processes (goal: p95 < ${goalMs} ms)\n` +
        `  of that, at p50: loading the bundle ${loadP50Ms} ms, the request ${requestP50Ms} ms; processor time ${cpuP50Ms} ms\n`,
    )
  return p95Ms < goalMs
}
