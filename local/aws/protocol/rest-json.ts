import { AwsError } from '../service.ts'
import { readDocument } from './document-input.ts'
import { parseJson, writeJson } from './json.ts'
import type { AwsProtocol, WireRequest } from './protocol.ts'
import { readScalar } from './read-scalar.ts'
import { bindingOf, findRoute, readLabels, routeOf } from './rest-routes.ts'
import { findErrorShape, shapeOf } from './schema-lookup.ts'

/** AWS REST-JSON: method and path name the operation; labels, query and a JSON body carry its input. Lambda. */
export const restJsonProtocol: AwsProtocol = {
  name: 'rest-json',
  addressee(request, services) {
    const speakers = services.filter((service) => service.speaksRestJson)
    for (const service of speakers) {
      const route = findRoute(service, request.method, request.path)
      if (route) return { service, operationName: route.schema[2] }
    }
    // Its paths begin with the dates of many versions, so that only the signature tells whose an unknown one is.
    const signedFor = speakers.find((service) => service.signingName === request.signingName)
    return signedFor && { service: signedFor, operationName: `${request.method} ${request.path}` }
  },
  readInput(schema, request) {
    const shape = shapeOf(schema[4])
    if (shape.isUnitSchema()) return {}
    const body = parseJson(request.body)
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      throw new AwsError('SerializationException', 'The request body must be a JSON object')
    }
    return readDocument(shape, { ...body, ...readBindings(schema, request) })
  },
  writeOutput(schema, output, { requestId }) {
    const shape = shapeOf(schema[5])
    const headers = { 'content-type': 'application/json', 'x-amzn-requestid': requestId }
    if (shape.isUnitSchema()) return { status: routeOf(schema).status, headers, body: '' }
    const members = [...shape.structIterator()]
    const isStatus = (name: string) => members.some(([key, m]) => key === name && m.getMergedTraits().httpResponseCode)
    const entries = Object.entries(Object(output))
    const [, status = routeOf(schema).status] = entries.find(([name]) => isStatus(name)) ?? []
    const body = writeJson(shape, Object.fromEntries(entries.filter(([name]) => !isStatus(name))))
    // An answer without content has none, not even `{}`.
    return { status: Number(status), headers, body: status === 204 ? '' : body }
  },
  writeError(error, { service, requestId }) {
    const shape = findErrorShape(service, error)
    return {
      status: shape.status,
      headers: {
        'content-type': 'application/json',
        'x-amzn-requestid': requestId,
        'x-amzn-errortype': shape.shapeName,
      },
      body: JSON.stringify({
        Type: shape.fault === 'Sender' ? 'User' : 'Service',
        [shape.messageMember]: error.message,
      }),
    }
  },
}

/** What labels and query say, of the types that the schema asks for. */
function readBindings(schema: Parameters<typeof routeOf>[0], request: WireRequest): Record<string, unknown> {
  const labels = readLabels(routeOf(schema), request.path)
  const input: Record<string, unknown> = {}
  for (const [name, member] of shapeOf(schema[4]).structIterator()) {
    const query = bindingOf(member, 'httpQuery')
    const text = labels.get(name) ?? (query === undefined ? undefined : request.query.get(query))
    if (text === undefined || text === null || text === '') continue
    const wrong = (kind: string) => new AwsError('SerializationException', `${name} must be ${kind}, not '${text}'`)
    input[name] = readScalar(member, { text, wrong })
  }
  return input
}
