import type { NormalizedSchema } from '@smithy/core/schema'
import type { StaticOperationSchema } from '@smithy/types'
import { AwsError, type AwsService } from '../service.ts'
import { operationSchemasOf, shapeOf } from './schema-lookup.ts'

/** Where an operation is found: its `http` trait, as the schemas carry it. */
export interface RestRoute {
  readonly schema: StaticOperationSchema
  readonly method: string
  /** The path's segments; a label stands in braces: `['2013-04-01', 'hostedzone', '{Id}']`. */
  readonly segments: readonly string[]
  /** Status of its answer when all went well. */
  readonly status: number
}

/** The operation that method and path name; segments that are written out win over labels. */
export function findRoute(service: AwsService, method: string, path: string): RestRoute | undefined {
  const segments = segmentsOf(path)
  return routesOf(service).find(
    (route) =>
      route.method === method &&
      route.segments.length === segments.length &&
      route.segments.every((segment, index) => isLabel(segment) || segment === segments[index]),
  )
}

/**
 * What the path says of the labels of its operation.
 *
 * @throws {AwsError} `InvalidInput` when a segment is not percent-encoded as it should be.
 */
export function readLabels(route: RestRoute, path: string): ReadonlyMap<string, string> {
  const segments = segmentsOf(path)
  return new Map(
    route.segments.flatMap((segment, index): [string, string][] =>
      isLabel(segment) ? [[segment.slice(1, -1), decode(segments[index] ?? '')]] : [],
    ),
  )
}

/** @throws {Error} When the operation has no `http` trait. */
export function routeOf(schema: StaticOperationSchema): RestRoute {
  const http: unknown = Reflect.get(shapeOf(schema).getMergedTraits(), 'http')
  if (!Array.isArray(http)) throw new Error(`${schema[2]} has no http trait`)
  const [method, path, status] = http
  return { schema, method: String(method), segments: segmentsOf(String(path)), status: Number(status) }
}

/** Name of the header, query parameter or label that a member is bound to. */
export function bindingOf(member: NormalizedSchema, trait: 'httpHeader' | 'httpQuery'): string | undefined {
  const name = member.getMergedTraits()[trait]
  return typeof name === 'string' ? name : undefined
}

const routes = new WeakMap<AwsService, readonly RestRoute[]>()

function routesOf(service: AwsService): readonly RestRoute[] {
  const known = routes.get(service)
  if (known) return known
  const labels = (route: RestRoute) => route.segments.filter(isLabel).length
  const all = operationSchemasOf(service)
    .map(routeOf)
    .sort((a, b) => labels(a) - labels(b))
  routes.set(service, all)
  return all
}

/** The botocore of some versions ends a path with a slash, the SDKs do not. */
function segmentsOf(path: string): string[] {
  return path.replace(/^\/|\/$/g, '').split('/')
}

function isLabel(segment: string): boolean {
  return segment.startsWith('{')
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new AwsError('InvalidInput', `The path has a segment that is not percent-encoded: ${segment}`)
  }
}
