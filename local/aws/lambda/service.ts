import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LocalClock } from '../../clock.ts'
import { AwsError, type RawAwsService } from '../service.ts'
import { buildContext, type LambdaFunction, MAX_TIMEOUT_SECONDS, toErrorPayload } from './function.ts'
import { addressOf, type FunctionAddress } from './function-name.ts'

export interface LambdaOptions {
  /** The functions by name. */
  readonly functions: Readonly<Record<string, LambdaFunction>>
  /** Counts the pauses before an asynchronous call is tried again. */
  readonly clock: LocalClock
  /** Region and account in the functions' ARNs. Default `us-east-1`, `000000000000`. */
  readonly region?: string
  readonly accountId?: string
  /** Real seconds a function has. Default 900, Lambda's own limit. */
  readonly timeoutSeconds?: number
  /** Told of an asynchronous call that failed for the last time. Default: the console. */
  readonly reportError?: (error: unknown) => void
}

/** Longest payloads, in bytes. @see Lambda developer guide, "Lambda quotas" */
const LIMIT_BYTES = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024, DryRun: 6 * 1024 * 1024 } as const

/** Pauses before the two retries of an asynchronous call. @see "How Lambda handles errors and retries with asynchronous invocation" */
const ASYNC_RETRY_MS = [60_000, 120_000] as const

type InvocationType = keyof typeof LIMIT_BYTES

/** Lambda of the rehearsal cloud: Invoke, for the functions that ship. */
export function createLambda(options: LambdaOptions): RawAwsService {
  return {
    signingName: 'lambda',
    throttlingCode: 'TooManyRequestsException',
    matches: (request) => addressOf(request) !== undefined,
    actionOf: () => 'Invoke',
    async handle(request, response, body) {
      const target = findFunction(options, addressOf(request))
      const type = invocationTypeOf(request)
      const event = parsePayload(body, type)
      response.setHeader('x-amzn-requestid', randomUUID())
      switch (type) {
        case 'DryRun':
          return void response.writeHead(204).end()
        case 'Event':
          void callLater(options, target, event)
          return void response.writeHead(202).end()
        case 'RequestResponse':
          return answer(response, await call(options, target, event))
      }
    },
  }
}

interface Target {
  readonly arn: string
  readonly run: LambdaFunction
}

function findFunction(options: LambdaOptions, address: FunctionAddress | undefined): Target {
  const { functions, region = 'us-east-1', accountId = '000000000000' } = options
  const { name = '', qualifier = '$LATEST' } = address ?? {}
  const arn = `arn:aws:lambda:${region}:${accountId}:function:${name}`
  const run = Object.hasOwn(functions, name) ? functions[name] : undefined
  if (!run || qualifier !== '$LATEST') {
    const asked = qualifier === '$LATEST' ? arn : `${arn}:${qualifier}`
    throw new AwsError('ResourceNotFoundException', `Function not found: ${asked}`, 404)
  }
  return { arn, run }
}

function invocationTypeOf(request: IncomingMessage): InvocationType {
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse'
  if (type === 'RequestResponse' || type === 'Event' || type === 'DryRun') return type
  const message = `InvocationType must be RequestResponse, Event or DryRun, not ${type}`
  throw new AwsError('InvalidParameterValueException', message)
}

/** No payload at all is an empty event, as on AWS. */
function parsePayload(body: Buffer, type: InvocationType): unknown {
  const limit = LIMIT_BYTES[type]
  if (body.length > limit) {
    const message = `Request must be smaller than ${limit} bytes for the InvokeFunction operation`
    throw new AwsError('RequestTooLargeException', message, 413)
  }
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AwsError('InvalidRequestContentException', `Could not parse request body into json: ${reason}`)
  }
}

interface Result {
  readonly failed: boolean
  readonly payload: unknown
}

async function call(options: LambdaOptions, { arn, run }: Target, event: unknown): Promise<Result> {
  const { timeoutSeconds = MAX_TIMEOUT_SECONDS } = options
  const context = buildContext(arn, timeoutSeconds)
  let timer: NodeJS.Timeout | undefined
  const timedOut = new Promise<Result>((resolve) => {
    const errorMessage = `RequestId: ${context.awsRequestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`
    const payload = { errorType: 'Sandbox.Timedout', errorMessage }
    timer = setTimeout(() => resolve({ failed: true, payload }), timeoutSeconds * 1000)
  })
  try {
    const finished = run(event, context).then((payload) => ({ failed: false, payload: payload ?? null }))
    return await Promise.race([finished, timedOut])
  } catch (thrown) {
    return { failed: true, payload: toErrorPayload(thrown) }
  } finally {
    clearTimeout(timer)
  }
}

async function callLater(options: LambdaOptions, target: Target, event: unknown): Promise<void> {
  const report = options.reportError ?? console.error
  for (const pauseMs of [...ASYNC_RETRY_MS, undefined]) {
    const { failed, payload } = await call(options, target, event)
    if (!failed) return
    if (pauseMs === undefined) return report(payload)
    await options.clock.sleep(pauseMs)
  }
}

function answer(response: ServerResponse, { failed, payload }: Result): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-amz-executed-version': '$LATEST',
    ...(failed && { 'x-amz-function-error': 'Unhandled' }),
  })
  response.end(JSON.stringify(payload))
}
