import type { NormalizedSchema } from '@smithy/core/schema'
import type { StaticStructureSchema } from '@smithy/types'
import { AwsError } from '../service.ts'
import type { AwsProtocol, WireRequest } from './protocol.ts'
import { writeXml, writeXmlError } from './query.ts'
import { bindingOf, findRoute, readLabels, routeOf } from './rest-routes.ts'
import { requiredMembers, shapeOf } from './schema-lookup.ts'
import { parseXmlBody, readXmlMembers, readXmlText } from './xml-input.ts'

/** AWS REST-XML: method and path name the operation; labels, query, headers and an XML body carry its input. Route 53. */
export const restXmlProtocol: AwsProtocol = {
  name: 'rest-xml',
  addressee(request, services) {
    const speakers = services.filter(
      (service) => service.speaksRestXml && request.path.startsWith(`/${service.apiVersion}/`),
    )
    for (const service of speakers) {
      const route = findRoute(service, request.method, request.path)
      if (route) return { service, operationName: route.schema[2] }
    }
    // A path under the version of a service that has no operation there: its error, not that of an unknown service.
    return speakers[0] && { service: speakers[0], operationName: `${request.method} ${request.path}` }
  },
  readInput(schema, request) {
    const shape = shapeOf(schema[4])
    if (shape.isUnitSchema()) return {}
    const input = {
      ...readBody(shape, request),
      ...readBindings(shape, readLabels(routeOf(schema), request.path), request),
    }
    const missing = requiredMembers(shape).find((name) => input[name] === undefined)
    if (missing !== undefined) throw missingMember(missing)
    return input
  },
  writeOutput(schema, output, { service, requestId }) {
    const shape = shapeOf(schema[5])
    const headers: Record<string, string> = { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }
    const members: Record<string, unknown> = {}
    for (const [name, member] of shape.isUnitSchema() ? [] : shape.structIterator()) {
      const value: unknown = Reflect.get(Object(output), name)
      const header = bindingOf(member, 'httpHeader')
      if (header === undefined) members[name] = value
      else if (value !== undefined) headers[header.toLowerCase()] = String(value)
    }
    const status = routeOf(schema).status
    if (shape.isUnitSchema()) return { status, headers, body: '' }
    // Checked by structIterator above to be a structure.
    const structure = shape.getSchema() as StaticStructureSchema
    return { status, headers, body: writeXml(service, structure, members) }
  },
  writeError: writeXmlError,
}

function missingMember(name: string): AwsError {
  const member = name.charAt(0).toLowerCase() + name.slice(1)
  const message = `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`
  return new AwsError('InvalidInput', message)
}

/** What labels, query and headers say. A parameter that the operation has not is passed over, as AWS does. */
function readBindings(shape: NormalizedSchema, labels: ReadonlyMap<string, string>, request: WireRequest) {
  const input: Record<string, unknown> = {}
  for (const [name, member] of shape.structIterator()) {
    const query = bindingOf(member, 'httpQuery')
    const header = bindingOf(member, 'httpHeader')
    const parameter = query === undefined ? null : request.query.get(query)
    const line = header === undefined ? undefined : request.headers[header.toLowerCase()]
    const text = labels.get(name) ?? parameter ?? line?.toString()
    if (text !== undefined && text !== '') input[name] = readXmlText(member, text, name)
  }
  return input
}

/** The members that are bound to nothing else come in the body, under an element named like the input. */
function readBody(shape: NormalizedSchema, request: WireRequest): Record<string, unknown> {
  const members = new Map([...shape.structIterator()].filter(([, member]) => !isBound(member)))
  if (members.size === 0 || request.body.length === 0) return {}
  const root = parseXmlBody(request.body, shape.getName() ?? '')
  return readXmlMembers(members, root, '')
}

function isBound(member: NormalizedSchema): boolean {
  const traits = member.getMergedTraits()
  return Boolean(traits.httpLabel) || Boolean(traits.httpQuery) || Boolean(traits.httpHeader)
}
