import { CborCodec, cbor } from '@smithy/core/cbor'
import { AwsError } from '../service.ts'
import { readDocument } from './document-input.ts'
import type { AwsProtocol, WireAnswer } from './protocol.ts'
import { findErrorShape, shapeOf } from './schema-lookup.ts'

const path = /^\/service\/([^/]+)\/operation\/([^/]+)\/?$/

/** Smithy RPC v2 CBOR: what newer clients speak to CloudWatch. The path names service and operation. */
export const cborProtocol: AwsProtocol = {
  name: 'rpc-v2-cbor',
  addressee(request, services) {
    const [, serviceName, operationName] = path.exec(request.path) ?? []
    if (request.headers['smithy-protocol'] !== 'rpc-v2-cbor' || !operationName) return undefined
    const service = services.find(
      (candidate) => candidate.targetPrefix !== undefined && candidate.targetPrefix === serviceName,
    )
    return service && { service, operationName }
  },
  readInput: (schema, request) => readDocument(shapeOf(schema[4]), parse(request.body)),
  writeOutput(schema, output, { requestId }) {
    const serializer = new CborCodec().createSerializer()
    const shape = shapeOf(schema[5])
    if (!shape.isUnitSchema()) serializer.write(shape, output ?? {})
    return answer(200, shape.isUnitSchema() ? cbor.serialize({}) : serializer.flush(), requestId)
  },
  writeError(error, { service, requestId }) {
    const shape = findErrorShape(service, error)
    const body = cbor.serialize({ __type: shape.shapeId, [shape.messageMember]: error.message })
    return answer(shape.status, body, requestId, {
      ...(shape.hasQueryCode && { 'x-amzn-query-error': `${shape.queryCode};${shape.fault}` }),
    })
  },
}

function answer(status: number, body: Uint8Array, requestId: string, headers: Record<string, string> = {}): WireAnswer {
  return {
    status,
    headers: {
      'content-type': 'application/cbor',
      'smithy-protocol': 'rpc-v2-cbor',
      'x-amzn-requestid': requestId,
      ...headers,
    },
    // Copied: the serializer reuses its buffer for the next answer.
    body: Uint8Array.from(body),
  }
}

function parse(body: Buffer): unknown {
  if (body.length === 0) return {}
  try {
    return cbor.deserialize(body)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new AwsError('SerializationException', `The request body is not CBOR: ${reason}`)
  }
}
