import type { IncomingHttpHeaders } from 'node:http'
import type { StaticOperationSchema } from '@smithy/types'
import type { AwsError, AwsService } from '../service.ts'

/** A request, read to its end and uncompressed. */
export interface WireRequest {
  readonly method: string
  /** Path without the query, as sent (still percent-encoded). */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Signing name in the credential scope of the signature, where there is one: `elasticloadbalancing`. */
  readonly signingName: string | undefined
}

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** What a request asks for. The operation may be one that the service does not have. */
export interface Addressee {
  readonly service: AwsService
  readonly operationName: string
}

/** One of AWS's wire protocols, for every service that speaks it. */
export interface AwsProtocol {
  readonly name: string
  /** Service and operation asked for; undefined when the request speaks another protocol or names no service here. */
  addressee(request: WireRequest, services: readonly AwsService[]): Addressee | undefined
  /**
   * The operation's input, with every member known to the schema and of its type.
   * @throws {AwsError} Naming the first member that is unknown, missing or of another type.
   */
  readInput(schema: StaticOperationSchema, request: WireRequest): unknown
  writeOutput(schema: StaticOperationSchema, output: unknown, context: AnswerContext): WireAnswer
  writeError(error: AwsError, context: AnswerContext): WireAnswer
}

export interface AnswerContext {
  readonly service: AwsService
  readonly requestId: string
  readonly request: WireRequest
}
