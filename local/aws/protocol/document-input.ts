import type { NormalizedSchema } from '@smithy/core/schema'
import { AwsError } from '../service.ts'
import { requiredMembers } from './schema-lookup.ts'

/**
 * Checks a parsed JSON or CBOR document against a schema and turns it into the input that it describes.
 *
 * @throws {AwsError} `SerializationException` for a value of another type, `ValidationException` for a member that is
 *   unknown or missing; both name it.
 */
export function readDocument(shape: NormalizedSchema, document: unknown): unknown {
  // An operation without input gets `{}` from some clients and nothing from others.
  return shape.isUnitSchema() ? {} : readValue(shape, document ?? {}, '')
}

function readValue(shape: NormalizedSchema, value: unknown, path: string): unknown {
  const wrong = (kind: string) =>
    new AwsError('SerializationException', `${path || 'The request body'} must be ${kind}, not ${describe(value)}`)
  if (shape.isStructSchema()) {
    if (!isRecord(value)) throw wrong('an object')
    return readStructure(shape, value, path)
  }
  if (shape.isListSchema()) {
    if (!Array.isArray(value)) throw wrong('a list')
    return value.map((item: unknown, index) => readValue(shape.getValueSchema(), item, `${path}[${index}]`))
  }
  if (shape.isMapSchema()) {
    if (!isRecord(value)) throw wrong('an object')
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, readValue(shape.getValueSchema(), item, `${path}.${key}`)]),
    )
  }
  if (shape.isBooleanSchema()) {
    if (typeof value !== 'boolean') throw wrong('true or false')
    return value
  }
  if (shape.isNumericSchema()) {
    const number = typeof value === 'bigint' ? Number(value) : value
    if (typeof number !== 'number' || !Number.isFinite(number)) throw wrong('a number')
    return number
  }
  if (shape.isTimestampSchema()) return readInstant(value) ?? fail(wrong('an instant in seconds since 1970'))
  if (shape.isBlobSchema()) {
    if (typeof value === 'string') return Buffer.from(value, 'base64')
    if (!(value instanceof Uint8Array)) throw wrong('bytes')
    return value
  }
  if (shape.isStringSchema() && typeof value !== 'string') throw wrong('a string')
  return value
}

function readStructure(shape: NormalizedSchema, value: Record<string, unknown>, path: string): Record<string, unknown> {
  const members = new Map(shape.structIterator())
  const input: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    const at = path ? `${path}.${key}` : key
    const member = members.get(key)
    if (!member) throw new AwsError('ValidationException', `The member ${at} is not recognized`)
    // AWS reads null as "not given".
    if (item !== null && item !== undefined) input[key] = readValue(member, item, at)
  }
  for (const name of requiredMembers(shape)) {
    if (input[name] === undefined) {
      throw new AwsError('ValidationException', `The member ${path ? `${path}.${name}` : name} is required`)
    }
  }
  return input
}

/** JSON has seconds or ISO 8601; CBOR has tag 1 around seconds. */
function readInstant(value: unknown): Date | undefined {
  const seconds = isRecord(value) && value.tag === 1 ? value.value : value
  const at =
    typeof seconds === 'number' || typeof seconds === 'bigint'
      ? new Date(Number(seconds) * 1000)
      : typeof seconds === 'string'
        ? new Date(seconds)
        : undefined
  return at && !Number.isNaN(at.getTime()) ? at : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : JSON.stringify(String(value))
}

function fail(error: Error): never {
  throw error
}
