import { NormalizedSchema } from '@smithy/core/schema'
import type { SchemaRef, StaticErrorSchema, StaticOperationSchema } from '@smithy/types'
import type { AwsError, AwsService } from '../service.ts'

// First element of a static schema, as @smithy/types numbers them.
const operationMark = 9
const errorMark = -3

/** The schema of an operation that AWS's service has, implemented here or not. */
export function findOperationSchema(service: AwsService, name: string): StaticOperationSchema | undefined {
  return operationSchemasOf(service).find((schema) => schema[2] === name)
}

/** Every operation that AWS's service has, implemented here or not. */
export function operationSchemasOf(service: AwsService): StaticOperationSchema[] {
  return schemasOf(service).filter((schema): schema is StaticOperationSchema => schema[0] === operationMark)
}

/** How an error is spelled on the wire. */
export interface ErrorShape {
  /** Name of the exception's shape, in JSON's `__type`: `RuleNotFoundException`. */
  readonly shapeName: string
  /** With its namespace, as RPC v2 and awsQuery-compatible services write it. */
  readonly shapeId: string
  /** Code of the Query protocol: `RuleNotFound`. */
  readonly queryCode: string
  readonly status: number
  readonly fault: 'Sender' | 'Receiver'
  /** Name of the member that carries the message: `message` or `Message`. */
  readonly messageMember: string
  /** Whether the service once spoke Query and still tells the old code in a header. */
  readonly hasQueryCode: boolean
}

/**
 * Finds an error by the name of its shape or by its Query code. Codes that every service has (`Throttling`,
 * `ValidationError`) are in no schema and are spelled alike everywhere.
 */
export function findErrorShape(service: AwsService, error: AwsError): ErrorShape {
  const errors = schemasOf(service).filter((schema): schema is StaticErrorSchema => schema[0] === errorMark)
  // By name first: two CloudWatch exceptions share the Query code ResourceNotFound.
  const schema =
    errors.find((candidate) => candidate[2] === error.code) ??
    errors.find((candidate) => queryErrorOf(candidate)?.[0] === error.code)
  const queryError = schema && queryErrorOf(schema)
  const httpError = schema && NormalizedSchema.of(schema).getMergedTraits().httpError
  const status = queryError?.[1] ?? (typeof httpError === 'number' ? httpError : error.status)
  const shapeName = schema?.[2] ?? error.code
  return {
    shapeName,
    shapeId: schema ? `${schema[1]}#${shapeName}` : shapeName,
    queryCode: queryError?.[0] ?? error.code,
    status,
    fault: status >= 500 ? 'Receiver' : 'Sender',
    messageMember: schema?.[4].find((member) => member.toLowerCase() === 'message') ?? 'message',
    hasQueryCode: queryError !== undefined,
  }
}

/** Names of the members that a structure requires; static schemas list them first and count them at the end. */
export function requiredMembers(shape: NormalizedSchema): readonly string[] {
  const schema: unknown = shape.getSchema()
  if (!Array.isArray(schema)) return []
  const [, , , , names, , count] = schema
  return Array.isArray(names) ? names.slice(0, typeof count === 'number' ? count : 0) : []
}

/** Input or output shape of an operation. */
export function shapeOf(ref: SchemaRef): NormalizedSchema {
  return NormalizedSchema.of(ref)
}

function queryErrorOf(schema: StaticErrorSchema): [string, number] | undefined {
  const trait: unknown = Reflect.get(NormalizedSchema.of(schema).getMergedTraits(), 'awsQueryError')
  return Array.isArray(trait) && typeof trait[0] === 'string' && typeof trait[1] === 'number'
    ? [trait[0], trait[1]]
    : undefined
}

type AnySchema = readonly [number, string, string, ...unknown[]]

const catalogues = new WeakMap<object, readonly AnySchema[]>()

function schemasOf(service: AwsService): readonly AnySchema[] {
  const known = catalogues.get(service.catalogue)
  if (known) return known
  const schemas = Object.values(service.catalogue).filter(
    (value): value is AnySchema => Array.isArray(value) && typeof value[0] === 'number' && typeof value[2] === 'string',
  )
  catalogues.set(service.catalogue, schemas)
  return schemas
}
