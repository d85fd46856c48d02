import { parseXML } from '@aws-sdk/xml-builder'
import type { NormalizedSchema } from '@smithy/core/schema'
import { AwsError } from '../service.ts'
import { readScalar } from './read-scalar.ts'
import { requiredMembers } from './schema-lookup.ts'

/**
 * Parses the body of a REST-XML request.
 *
 * @returns What stands in the root element: text, or its children by name.
 * @throws {AwsError} `MalformedInput` when the body is no XML or has another root.
 */
export function parseXmlBody(body: Buffer, rootName: string): unknown {
  let document: Record<string, unknown>
  try {
    document = parseXML(body.toString('utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw malformed(`The request body is not XML: ${reason}`)
  }
  const [root] = Object.keys(document)
  if (root !== rootName) throw malformed(`${root} is not valid, expected ${rootName}`)
  return document[rootName]
}

/**
 * Reads an element's children as the members of a structure.
 *
 * @throws {AwsError} `MalformedInput` for a member that is unknown or of another type, `InvalidInput` for one that is
 *   missing; both name it.
 */
export function readXmlMembers(
  members: ReadonlyMap<string, NormalizedSchema>,
  element: unknown,
  path: string,
): Record<string, unknown> {
  const byElement = new Map([...members].map(([name, member]) => [elementName(member, name), { name, member }]))
  const input: Record<string, unknown> = {}
  for (const [key, child] of childrenOf(element, path)) {
    const at = path ? `${path}.${key}` : key
    const found = byElement.get(key)
    if (!found) throw malformed(`Unexpected element ${at}`)
    if (Array.isArray(child) && !isFlat(found.member)) throw malformed(`Element ${at} is given more than once`)
    input[found.name] = readElement(found.member, child, at)
  }
  return input
}

/** Reads text as its schema asks. @throws {AwsError} `MalformedInput`, naming the member. */
export function readXmlText(shape: NormalizedSchema, text: string, path: string): unknown {
  return readScalar(shape, { text, wrong: (kind) => malformed(`Element ${path} must be ${kind}, not '${text}'`) })
}

function readElement(shape: NormalizedSchema, element: unknown, path: string): unknown {
  if (shape.isStructSchema()) {
    const input = readXmlMembers(new Map(shape.structIterator()), element, path)
    const missing = requiredMembers(shape).find((name) => input[name] === undefined)
    if (missing !== undefined) {
      const message = `1 validation error detected: Value null at '${path}.${missing}' failed to satisfy constraint: Member must not be null`
      throw new AwsError('InvalidInput', message)
    }
    return input
  }
  if (shape.isListSchema()) return readList(shape, element, path)
  return readXmlText(shape, textOf(element, path), path)
}

function readList(shape: NormalizedSchema, element: unknown, path: string): unknown[] {
  const value = shape.getValueSchema()
  if (isFlat(shape)) return asList(element).map((item) => readElement(value, item, path))
  const itemName = elementName(value, 'member')
  return childrenOf(element, path).flatMap(([key, children]) => {
    if (key !== itemName) throw malformed(`Unexpected element ${path}.${key}`)
    return asList(children).map((item, index) => readElement(value, item, `${path}.${index + 1}`))
  })
}

function childrenOf(element: unknown, path: string): [string, unknown][] {
  if (typeof element === 'string' && element.trim() === '') return []
  if (typeof element !== 'object' || element === null) throw malformed(`Element ${path} must have elements, not text`)
  // The parser puts attributes beside the children; the only ones here declare namespaces.
  return Object.entries(element).filter(([key]) => !/^xmlns(:|$)|^#text$/.test(key))
}

function textOf(element: unknown, path: string): string {
  if (typeof element === 'string') return element
  if (childrenOf(element, path).length > 0) throw malformed(`Element ${path} must be text`)
  return String(Reflect.get(Object(element), '#text') ?? '')
}

function asList(children: unknown): unknown[] {
  return Array.isArray(children) ? children : [children]
}

function isFlat(shape: NormalizedSchema): boolean {
  return shape.isListSchema() && shape.getMergedTraits().xmlFlattened !== undefined
}

function elementName(member: NormalizedSchema, name: string): string {
  return String(member.getMergedTraits().xmlName ?? name)
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedInput', message)
}
