import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LocalClock } from '../../clock.ts'
import { AwsError, type RawAwsService } from '../service.ts'
import { regionOf } from '../wire.ts'
import { buildContext, FunctionFailure, type LambdaFunction, MAX_TIMEOUT_SECONDS, toErrorPayload } from './function.ts'
import { addressOf, type FunctionAddress, functionArn } from './function-name.ts'
import { invokeServer } from './invoke-server.ts'
import type { UserFunctions } from './user-functions.ts'

export interface LambdaOptions {
  /** The cloud's own functions by name. */
  readonly functions: Readonly<Record<string, LambdaFunction>>
  /** Those that its users have created. Default: none. */
  readonly userFunctions?: Pick<UserFunctions, 'invocationOf'>
  /** Counts the pauses before an asynchronous call is tried again. */
  readonly clock: LocalClock
  /** Region and account in the ARNs of its own functions. Default `us-east-1`, `000000000000`. */
  readonly region?: string
  readonly accountId?: string
  /** Real seconds that its own functions have. Default 900, Lambda's own limit. */
  readonly timeoutSeconds?: number
  /** Told of an asynchronous call that failed for the last time. Default: the console. */
  readonly reportError?: (error: unknown) => void
}

/** Longest payloads, in bytes. @see Lambda developer guide, "Lambda quotas" */
const LIMIT_BYTES = { RequestResponse: 6 * 1024 * 1024, Event: 1024 * 1024, DryRun: 6 * 1024 * 1024 } as const

/** Pauses before the two retries of an asynchronous call. @see "How Lambda handles errors and retries with asynchronous invocation" */
const ASYNC_RETRY_MS = [60_000, 120_000] as const

type InvocationType = keyof typeof LIMIT_BYTES

/** Invoke: of the functions that ship, which run in this process, and of those that servers on this machine answer for. */
export function createLambda(options: LambdaOptions): RawAwsService {
  return {
    signingName: 'lambda',
    throttlingCode: 'TooManyRequestsException',
    matches: (request) => addressOf(request) !== undefined,
    actionOf: () => 'Invoke',
    async handle(request, response, body) {
      const target = findFunction(options, addressOf(request), regionOf(request))
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
          return answer(response, target, await call(target, event))
      }
    },
  }
}

interface Target {
  readonly arn: string
  readonly executedVersion: string
  readonly timeoutSeconds: number
  readonly run: LambdaFunction
  /** Told of the end of each run. */
  readonly ended?: (outcome: { readonly failed: boolean; readonly durationMs: number }) => void
}

function findFunction(options: LambdaOptions, address: FunctionAddress = { name: '' }, callRegion: string): Target {
  const { functions, region = 'us-east-1', accountId = '000000000000', timeoutSeconds = MAX_TIMEOUT_SECONDS } = options
  const { name, qualifier = '$LATEST' } = address
  const arn = functionArn({ region, accountId, name })
  const own = Object.hasOwn(functions, name) ? functions[name] : undefined
  if (own && qualifier === '$LATEST') return { arn, executedVersion: '$LATEST', timeoutSeconds, run: own }
  const invocation = own ? undefined : options.userFunctions?.invocationOf(callRegion, address)
  if (!invocation) {
    const asked = functionArn({ ...{ region: callRegion, accountId, name }, ...(address.qualifier && { qualifier }) })
    throw new AwsError('ResourceNotFoundException', `Function not found: ${asked}`, 404)
  }
  const { chosen, ended } = invocation
  return {
    arn: chosen.arn,
    executedVersion: chosen.version,
    timeoutSeconds: chosen.timeoutSeconds,
    // A little longer than the function has, so that it is reported as timed out and not as unreachable.
    run: (event, context) => invokeServer(chosen, event, context.getRemainingTimeInMillis() + 500),
    ended,
  }
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

async function call(target: Target, event: unknown): Promise<Result> {
  const startedAt = performance.now()
  const result = await runInTime(target, event)
  target.ended?.({ failed: result.failed, durationMs: performance.now() - startedAt })
  return result
}

async function runInTime({ arn, run, timeoutSeconds }: Target, event: unknown): Promise<Result> {
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
    return { failed: true, payload: thrown instanceof FunctionFailure ? thrown.payload : toErrorPayload(thrown) }
  } finally {
    clearTimeout(timer)
  }
}

async function callLater(options: LambdaOptions, target: Target, event: unknown): Promise<void> {
  const report = options.reportError ?? console.error
  for (const pauseMs of [...ASYNC_RETRY_MS, undefined]) {
    const { failed, payload } = await call(target, event)
    if (!failed) return
    if (pauseMs === undefined) return report(payload)
    await options.clock.sleep(pauseMs)
  }
}

function answer(response: ServerResponse, { executedVersion }: Target, { failed, payload }: Result): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'x-amz-executed-version': executedVersion,
    ...(failed && { 'x-amz-function-error': 'Unhandled' }),
  })
  response.end(JSON.stringify(payload))
}
