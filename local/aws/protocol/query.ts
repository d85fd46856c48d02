import { XmlShapeSerializer } from '@aws-sdk/core/protocols'
import type { StaticStructureSchema } from '@smithy/types'
import type { AwsError, AwsService } from '../service.ts'
import { readForm } from './form-input.ts'
import type { AnswerContext, AwsProtocol, WireAnswer, WireRequest } from './protocol.ts'
import { findErrorShape, shapeOf } from './schema-lookup.ts'

/** AWS Query: a form in (`Action=…&Version=…`), XML out. Elastic Load Balancing always, CloudWatch for older clients. */
export const queryProtocol: AwsProtocol = {
  name: 'query',
  addressee(request, services) {
    const form = formOf(request)
    const operationName = form.get('Action')
    if (!operationName) return undefined
    const version = form.get('Version')
    const speakers = services.filter((service) => service.xmlNamespace !== undefined)
    const service =
      speakers.find((candidate) => candidate.signingName === request.signingName && candidate.apiVersion === version) ??
      speakers.find((candidate) => candidate.apiVersion === version)
    return service && { service, operationName }
  },
  readInput: (schema, request) => readForm(shapeOf(schema[4]), formOf(request)),
  writeOutput(schema, output, { service, requestId }) {
    const name = schema[2]
    const result = shapeOf(schema[5])
    const members = result.isUnitSchema() ? [] : [`${name}Result`]
    const envelope: StaticStructureSchema = [
      3,
      schema[1],
      `${name}Response`,
      0,
      [...members, 'ResponseMetadata'],
      [...members.map(() => schema[5]), metadataSchema],
    ]
    const value = { [`${name}Result`]: output ?? {}, ResponseMetadata: { RequestId: requestId } }
    return answer(200, requestId, writeXml(service, envelope, value))
  },
  writeError: writeXmlError,
}

/** `<ErrorResponse><Error><Type>…`: how services answer an error that speak Query or REST-XML. */
export function writeXmlError(error: AwsError, { service, requestId }: AnswerContext): WireAnswer {
  const shape = findErrorShape(service, error)
  const value = {
    Error: { Type: shape.fault, Code: shape.queryCode, Message: error.message },
    RequestId: requestId,
  }
  return answer(shape.status, requestId, writeXml(service, errorSchema, value))
}

const metadataSchema: StaticStructureSchema = [3, 'aws.query', 'ResponseMetadata', 0, ['RequestId'], [0]]
const errorSchema: StaticStructureSchema = [
  3,
  'aws.query',
  'ErrorResponse',
  0,
  ['Error', 'RequestId'],
  [[3, 'aws.query', 'Error', 0, ['Type', 'Code', 'Message'], [0, 0, 0]], 0],
]

/** Serializes a value as XML under the service's namespace. */
export function writeXml(service: AwsService, schema: StaticStructureSchema, value: object): string {
  const serializer = new XmlShapeSerializer({
    xmlNamespace: service.xmlNamespace ?? '',
    serviceNamespace: schema[1],
    timestampFormat: { default: 5, useTrait: true },
    httpBindings: false,
  })
  serializer.write(schema, value)
  return `<?xml version="1.0"?>\n${serializer.flush()}`
}

function answer(status: number, requestId: string, body: string) {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body }
}

/** The form comes in the body of a POST or in the query string of a GET. */
function formOf(request: WireRequest): URLSearchParams {
  if (request.method === 'GET') return request.query
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false
  return isForm ? new URLSearchParams(request.body.toString('utf8')) : new URLSearchParams()
}
