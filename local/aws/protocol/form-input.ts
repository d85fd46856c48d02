import type { NormalizedSchema } from '@smithy/core/schema'
import { AwsError } from '../service.ts'
import { readScalar } from './read-scalar.ts'
import { requiredMembers } from './schema-lookup.ts'

/** A form's keys split at their dots: `Actions.member.1.Weight=5`. Maps, so that no key can reach a prototype. */
interface FormNode {
  value: string | undefined
  readonly children: Map<string, FormNode>
}

/** Parameters of the protocol itself and of signatures in the query string; no operation's input. */
const protocolParameters =
  /^(Action|Version|AWSAccessKeyId|Signature|SignatureMethod|SignatureVersion|Timestamp|SecurityToken|X-Amz-[\w-]+)$/

/**
 * Reads a Query form into the input that the schema describes.
 *
 * @throws {AwsError} `ValidationError` for a member that is unknown, missing or of another type, naming it.
 */
export function readForm(shape: NormalizedSchema, form: URLSearchParams): unknown {
  const root: FormNode = { value: undefined, children: new Map() }
  for (const [key, value] of form) {
    if (isProtocolParameter(shape, key)) continue
    let node = root
    for (const part of key.split('.')) {
      let child = node.children.get(part)
      if (!child) {
        child = { value: undefined, children: new Map() }
        node.children.set(part, child)
      }
      node = child
    }
    node.value = value
  }
  if (shape.isUnitSchema()) {
    const [unknown] = root.children.keys()
    if (unknown !== undefined) throw unknownParameter(unknown)
    return {}
  }
  return readStructure(shape, root, '')
}

function isProtocolParameter(shape: NormalizedSchema, key: string): boolean {
  return (
    protocolParameters.test(key) && !(shape.isStructSchema() && [...shape.structIterator()].some(([n]) => n === key))
  )
}

function readNode(shape: NormalizedSchema, node: FormNode, path: string): unknown {
  if (shape.isStructSchema()) return readStructure(shape, node, path)
  if (shape.isListSchema()) return readList(shape, node, path)
  if (shape.isMapSchema()) return readMap(shape, node, path)
  const [below] = node.children.keys()
  if (below !== undefined) throw unknownParameter(`${path}.${below}`)
  return readText(shape, node.value ?? '', path)
}

function readStructure(shape: NormalizedSchema, node: FormNode, path: string): Record<string, unknown> {
  if (node.value) throw new AwsError('ValidationError', `The parameter ${path} must be a structure`)
  const members = new Map<string, [string, NormalizedSchema]>()
  for (const [name, member] of shape.structIterator()) {
    members.set(String(member.getMergedTraits().xmlName ?? name), [name, member])
  }
  const input: Record<string, unknown> = {}
  for (const [key, child] of node.children) {
    const at = path ? `${path}.${key}` : key
    const found = members.get(key)
    if (!found) throw unknownParameter(at)
    input[found[0]] = readNode(found[1], child, at)
  }
  for (const name of requiredMembers(shape)) {
    if (input[name] === undefined) {
      throw new AwsError('ValidationError', `The parameter ${path ? `${path}.${name}` : name} is required`)
    }
  }
  return input
}

function readList(shape: NormalizedSchema, node: FormNode, path: string): unknown[] {
  const element = shape.getValueSchema()
  const isFlat = shape.getMergedTraits().xmlFlattened !== undefined
  const prefix = String(element.getMergedTraits().xmlName ?? 'member')
  const items = isFlat ? node : node.children.get(prefix)
  const [strange] = isFlat ? [] : [...node.children.keys()].filter((key) => key !== prefix)
  if (strange !== undefined) throw unknownParameter(`${path}.${strange}`)
  // An empty list is written as `Name=`.
  if (!items) return []
  return numbered(items, path).map(([index, child]) =>
    readNode(element, child, isFlat ? `${path}.${index}` : `${path}.${prefix}.${index}`),
  )
}

function readMap(shape: NormalizedSchema, node: FormNode, path: string): Record<string, unknown> {
  const isFlat = shape.getMergedTraits().xmlFlattened !== undefined
  const keyName = String(shape.getKeySchema().getMergedTraits().xmlName ?? 'key')
  const valueName = String(shape.getValueSchema().getMergedTraits().xmlName ?? 'value')
  const entries = isFlat ? node : node.children.get('entry')
  const pairs = (entries ? numbered(entries, path) : []).map(([index, entry]): [string, unknown] => {
    const value = entry.children.get(valueName)
    if (!value) throw new AwsError('ValidationError', `The parameter ${path}.${index}.${valueName} is required`)
    return [
      entry.children.get(keyName)?.value ?? '',
      readNode(shape.getValueSchema(), value, `${path}.${index}.${valueName}`),
    ]
  })
  return Object.fromEntries(pairs)
}

function numbered(node: FormNode, path: string): [number, FormNode][] {
  return [...node.children]
    .map(([key, child]): [number, FormNode] => {
      if (!/^[1-9]\d{0,5}$/.test(key)) throw unknownParameter(`${path}.${key}`)
      return [Number(key), child]
    })
    .sort((a, b) => a[0] - b[0])
}

function readText(shape: NormalizedSchema, text: string, path: string): unknown {
  const wrong = (kind: string) =>
    new AwsError('ValidationError', `The parameter ${path} must be ${kind}, not '${text}'`)
  return readScalar(shape, { text, wrong, parseInstant })
}

/** ISO 8601, or seconds since the epoch. */
function parseInstant(text: string): Date {
  return /^-?\d+(\.\d+)?$/.test(text) ? new Date(Number(text) * 1000) : new Date(text)
}

function unknownParameter(path: string): AwsError {
  return new AwsError('ValidationError', `The parameter ${path} is not recognized`)
}
