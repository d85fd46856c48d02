import type { IncomingMessage, ServerResponse } from 'node:http'
import type { StaticOperationSchema } from '@smithy/types'

/** What a handler may know about the call besides its input. */
export interface AwsCall {
  readonly requestId: string
  /** From the credential scope of the signature; `us-east-1` for unsigned calls. */
  readonly region: string
}

/** One operation: its schema from the SDK client's index (`DescribeRules$`) and what the rehearsal cloud does for it. */
export interface AwsOperation {
  readonly schema: StaticOperationSchema
  /** True when the operation changes state: the state is saved before the answer leaves. */
  readonly mutates: boolean
  /** Members of the input that the request log must not show. */
  readonly secretMembers?: readonly string[]
  readonly handle: (input: unknown, call: AwsCall) => unknown
}

/** A service of the rehearsal cloud that speaks AWS's protocols through the SDK's own schemas. */
export interface AwsService {
  /** Name in the credential scope of a signature: `elasticloadbalancing`, `monitoring`, `states`. */
  readonly signingName: string
  /** `Version` of the Query protocol, where the service has one: `2015-12-01`. */
  readonly apiVersion: string
  /** Prefix of `X-Amz-Target`, where the service speaks JSON: `AWSStepFunctions`. */
  readonly targetPrefix?: string
  /** Namespace of its XML answers. */
  readonly xmlNamespace?: string
  /** True when method and path of a request name the operation (Route 53); needs `xmlNamespace`. */
  readonly speaksRestXml?: boolean
  /** True when method and path of a request name the operation and its body is JSON (Lambda). */
  readonly speaksRestJson?: boolean
  /**
   * The SDK client's index (`import * as sdk from '@aws-sdk/client-…'`). From its schemas the endpoint knows which
   * operations AWS has that are not implemented here, and how an error is spelled in each protocol.
   */
  readonly catalogue: object
  /** Code of its throttling error. Default `ThrottlingException`. */
  readonly throttlingCode?: string
  /** What a mutating operation changes: saved before the answer leaves. Absent: nothing outlives the process. */
  readonly state?: Persistent
  readonly operations: Readonly<Record<string, AwsOperation>>
}

/**
 * One operation whose handler is typed by its command's input and output.
 *
 * @param schema - From the SDK client's index, such as `DescribeRules$`.
 * @param mutates - True when it changes state.
 */
export function operation<Input, Output extends object>(
  schema: StaticOperationSchema,
  mutates: boolean,
  handle: (input: Input, call: AwsCall) => Payload<Output> | Promise<Payload<Output>>,
): AwsOperation {
  // The protocol has checked the body against `schema` before, and `Input` is the SDK's own type for that schema.
  return { schema, mutates, handle: (input, call) => handle(input as Input, call) }
}

/** An output without what the SDK's client adds on its side. */
type Payload<Output> = Omit<Output, '$metadata'>

/**
 * A service that brings its own HTTP: an embedded server (DynamoDB) or a protocol of one operation (Lambda Invoke).
 * Faults are injected around it as around every other service.
 */
export interface RawAwsService {
  /** Name in the credential scope of a signature: `dynamodb`, `lambda`. */
  readonly signingName: string
  /** Whether this service answers the request. Only its head is known; asked before the other services. */
  matches(request: IncomingMessage): boolean
  /** Name of the operation asked for, for the request log and for faults. Default: after the dot in `X-Amz-Target`. */
  actionOf?(request: IncomingMessage): string | undefined
  /** Code of its throttling error. Default `ThrottlingException`. */
  readonly throttlingCode?: string
  /** Answers the request. `body` is complete; the request's own stream has been read to its end. */
  handle(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void>
}

/** A part of the rehearsal cloud whose state outlives the process when SLUICE_DATA_DIR is set. */
export interface Persistent {
  /** File name without extension under the data directory. */
  readonly name: string
  /** The state as plain JSON. */
  save(): unknown
  /** Takes over a state that `save` made. Called once, before the first call is served. */
  load(state: unknown): Promise<void> | void
  /** Back to empty, as after a fresh start. */
  reset(): Promise<void> | void
}

/** An answer in AWS's own error shape. `code` is the wire code (`RuleNotFound`, `Throttling`, `ValidationError`). */
export class AwsError extends Error {
  override readonly name = 'AwsError'
  constructor(
    readonly code: string,
    message: string,
    /** HTTP status: 400 for the caller's fault, 500 for the service's. */
    readonly status = 400,
  ) {
    super(message)
  }
}
