import { JsonCodec } from '@aws-sdk/core/protocols'
import type { NormalizedSchema } from '@smithy/core/schema'
import { AwsError } from '../service.ts'
import { readDocument } from './document-input.ts'
import type { AnswerContext, AwsProtocol, WireAnswer, WireRequest } from './protocol.ts'
import { findErrorShape, shapeOf } from './schema-lookup.ts'

/** AWS JSON 1.0 and 1.1: `X-Amz-Target` names the operation; the answer has the version that the request had. */
export const jsonProtocol: AwsProtocol = {
  name: 'json',
  addressee(request, services) {
    const target = request.headers['x-amz-target']
    if (typeof target !== 'string') return undefined
    const [prefix, operationName] = target.split('.')
    const service = services.find(
      (candidate) => candidate.targetPrefix !== undefined && candidate.targetPrefix === prefix,
    )
    return service && operationName ? { service, operationName } : undefined
  },
  readInput: (schema, request) => readDocument(shapeOf(schema[4]), parseJson(request.body)),
  writeOutput(schema, output, context) {
    const shape = shapeOf(schema[5])
    return answer(200, shape.isUnitSchema() ? '{}' : writeJson(shape, output ?? {}), context)
  },
  writeError(error, context) {
    const shape = findErrorShape(context.service, error)
    const body = JSON.stringify({ __type: shape.shapeId, [shape.messageMember]: error.message })
    return answer(shape.status, body, context, {
      'x-amzn-errortype': shape.shapeName,
      ...(shape.hasQueryCode && { 'x-amzn-query-error': `${shape.queryCode};${shape.fault}` }),
    })
  },
}

const codec = new JsonCodec({ timestampFormat: { default: 7, useTrait: true }, jsonName: false })

/** Serializes a value as the JSON that its schema asks for: instants in seconds, blobs in base64. */
export function writeJson(shape: NormalizedSchema, value: unknown): string {
  const serializer = codec.createSerializer()
  serializer.write(shape, value)
  return String(serializer.flush())
}

/** @throws {AwsError} `SerializationException` when the body is not JSON. An empty body is an empty object. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AwsError('SerializationException', `The request body is not JSON: ${reason}`)
  }
}

function answer(
  status: number,
  body: string,
  context: AnswerContext,
  headers: Record<string, string> = {},
): WireAnswer {
  return {
    status,
    headers: { 'content-type': contentTypeOf(context.request), 'x-amzn-requestid': context.requestId, ...headers },
    body,
  }
}

function contentTypeOf(request: WireRequest): string {
  const asked = request.headers['content-type'] ?? ''
  return asked.startsWith('application/x-amz-json-1.1') ? 'application/x-amz-json-1.1' : 'application/x-amz-json-1.0'
}
