import { setTimeout as realDelay } from 'node:timers/promises'
import type { LocalClock } from '../clock.ts'
import type { DataDir } from '../data-dir.ts'
import type { Faults } from './faults.ts'
import type { Addressee, AwsProtocol, WireAnswer, WireRequest } from './protocol/protocol.ts'
import { findOperationSchema } from './protocol/schema-lookup.ts'
import type { RequestLog } from './request-log.ts'
import { AwsError, type AwsOperation } from './service.ts'

export interface CallOptions {
  readonly clock: LocalClock
  readonly dataDir: DataDir
  readonly faults: Faults
  readonly requestLog: RequestLog
  /** Told of every error that is not an AwsError: our own bugs, or a data directory that cannot be written. */
  readonly reportError: (error: unknown) => void
}

export interface ModelledCall extends Addressee {
  readonly protocol: AwsProtocol
  readonly request: WireRequest
  readonly requestId: string
  readonly region: string
}

/**
 * Carries one call of a service that is answered from its schemas.
 *
 * @returns The answer, or `lost` when the call took effect and its answer is to be thrown away.
 */
export async function carryOut(call: ModelledCall, options: CallOptions): Promise<WireAnswer | 'lost'> {
  const { service, operationName, protocol, request, requestId } = call
  const context = { service, requestId, request }
  const { latencyMs, fault } = options.faults.decide({ service: service.signingName, action: operationName })
  const implemented = Object.hasOwn(service.operations, operationName) ? service.operations[operationName] : undefined
  const entry = options.requestLog.add({
    at: new Date(options.clock.now()).toISOString(),
    service: service.signingName,
    action: operationName,
    mutates: implemented?.mutates ?? false,
  })
  if (latencyMs > 0) await realDelay(latencyMs)
  try {
    const operation = implemented ?? refuseUnknown(call)
    const input = protocol.readInput(operation.schema, request)
    options.requestLog.setInput(entry, input, operation.secretMembers)
    if (fault?.kind === 'throttle') throw new AwsError(service.throttlingCode ?? 'ThrottlingException', 'Rate exceeded')
    if (fault?.kind === 'error') throw injectedError(fault)
    const output = await perform(operation, input, call, options)
    entry.outcome = fault?.kind === 'lost-answer' ? 'ok, answer lost' : 'ok'
    return fault?.kind === 'lost-answer' ? 'lost' : protocol.writeOutput(operation.schema, output, context)
  } catch (error) {
    const answer = toAwsError(error, options)
    entry.outcome = answer.code
    return fault?.kind === 'lost-answer' ? 'lost' : protocol.writeError(answer, context)
  }
}

async function perform(operation: AwsOperation, input: unknown, call: ModelledCall, options: CallOptions) {
  const output = await operation.handle(input, { requestId: call.requestId, region: call.region })
  // Before the answer leaves: whoever got an answer finds the change again after a kill.
  if (operation.mutates && call.service.state) await options.dataDir.save(call.service.state)
  return output
}

function refuseUnknown({ service, operationName }: ModelledCall): never {
  if (findOperationSchema(service, operationName)) {
    // Not 501: the SDKs retry every 5xx, and trying again does not help here.
    throw new AwsError('NotImplemented', `${operationName} is not implemented by the local endpoint`)
  }
  throw new AwsError(
    service.xmlNamespace === undefined ? 'UnknownOperationException' : 'InvalidAction',
    `Could not find operation ${operationName} for version ${service.apiVersion}`,
  )
}

/** What an `error` fault answers. Default: `InternalFailure`, 500. */
export function injectedError(fault: {
  readonly code?: string | undefined
  readonly status?: number | undefined
  readonly message?: string | undefined
}): AwsError {
  const status = fault.status ?? (fault.code === undefined ? 500 : 400)
  return new AwsError(fault.code ?? 'InternalFailure', fault.message ?? 'Injected by /_local/faults', status)
}

/** An error that is ours stays inside; the caller learns only that there was one. */
export function toAwsError(error: unknown, options: Pick<CallOptions, 'reportError'>): AwsError {
  if (error instanceof AwsError) return error
  options.reportError(error)
  return new AwsError('InternalFailure', 'The request failed because of an error in the local endpoint', 500)
}
