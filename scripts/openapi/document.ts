import * as z from 'zod'
import { answers } from '../../functions/api/schemas/answers.ts'
import { idempotencyKey, serviceName } from '../../functions/api/schemas.ts'
import { version } from '../../shared/version.ts'
import { type Operation, operations, type Success } from './operations.ts'

type Json = Record<string, unknown>

const problemTexts: Readonly<Record<number, string>> = {
  400: 'Not parsable, or a header is missing.',
  401: 'Nobody has said who is calling.',
  403: 'The caller may not do this.',
  404: 'There is no such thing.',
  405: 'The path takes other methods.',
  409: 'Not possible in this state; the document says what stands against it.',
  413: 'The body is too large.',
  414: 'The path and its query are too long.',
  415: 'The body is not application/json.',
  422: 'Wrong values; every one is listed with its path.',
  429: 'Too many requests of this caller; try again after Retry-After seconds.',
  431: 'The headers are too large.',
  500: 'An error of ours.',
  502: 'AWS refuses.',
  503: 'Not possible right now; try again after Retry-After seconds.',
}

/** The OpenAPI 3.1 document of the API, made from the schemas that check its requests. */
export function buildOpenApi(): Json {
  const components = new Map<string, unknown>()
  const paths: Record<string, Json> = {}
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describeOperation(operation, components) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version,
      summary:
        'Moves production traffic from one version to the next on AWS, and takes it back when the new one is worse.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }, { url: '/iam', description: 'On AWS, for requests signed with AWS Signature Version 4.' }],
    tags: [
      { name: 'services', description: 'What can be deployed.' },
      { name: 'plans', description: 'What a deployment would do.' },
      { name: 'deployments', description: 'Start, follow, look back.' },
      { name: 'commands', description: 'What a running deployment takes. Each may be repeated.' },
      { name: 'line', description: 'For every service at once.' },
      { name: 'access', description: 'Who may do what, and what was done.' },
      { name: 'about', description: 'The API itself.' },
    ],
    paths,
    components: {
      responses: describeProblems(components),
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        sigv4: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: 'AWS Signature Version 4, below `/iam`, where API Gateway checks it.',
          'x-amazon-apigateway-authtype': 'awsSigv4',
        },
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An API token (`sluice_…`), or an OpenID Connect token of a trusted issuer. In local mode loopback callers need nothing.',
        },
      },
    },
  }
}

function describeOperation(operation: Operation, components: Map<string, unknown>): Json {
  const { id, tag, summary, description, body } = operation
  const parameters = parametersOf(operation, components)
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    security: isOpen(operation) ? [] : [{ bearer: [] }, { sigv4: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: body.required,
        content: { 'application/json': { schema: toSchema(body.schema, 'input', components) } },
      },
    }),
    responses: {
      ...Object.fromEntries(operation.success.map((success) => [success.status, describeSuccess(success, components)])),
      ...Object.fromEntries(
        problemStatuses(operation).map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  }
}

function isOpen({ path }: Operation): boolean {
  return !path.startsWith('/v1/')
}

function problemStatuses(operation: Operation): readonly number[] {
  const common = isOpen(operation) ? [414, 431, 500] : [401, 403, 414, 429, 431, 500, 502, 503]
  return [...operation.problems, ...common, ...(operation.body ? [413, 415] : [])].sort((a, b) => a - b)
}

const requestIdHeader = {
  'X-Request-Id': { description: 'Names this request in the log.', schema: { type: 'string' } },
}

function describeSuccess(
  { description, schema, html, location, lines }: Success,
  components: Map<string, unknown>,
): Json {
  const headers = {
    ...requestIdHeader,
    ...(location && { Location: { description: 'Where to follow it.', schema: { type: 'string', format: 'uri' } } }),
    ...(lines && { Link: { description: 'With `format=jsonl`, the next page.', schema: { type: 'string' } } }),
  }
  if (html) return { description, headers, content: { 'text/html': { schema: { type: 'string' } } } }
  if (schema)
    return {
      description,
      headers,
      content: {
        'application/json': { schema: toSchema(schema, 'output', components) },
        ...(lines && { 'application/jsonl': { schema: { type: 'string' } } }),
      },
    }
  return { description, headers }
}

function describeProblems(components: Map<string, unknown>): Json {
  const retryAfter = { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } }
  const allow = { Allow: { description: 'The methods that this path takes.', schema: { type: 'string' } } }
  const challenge = { 'WWW-Authenticate': { description: 'How to say who is calling.', schema: { type: 'string' } } }
  const own: Readonly<Record<string, Json>> = { 401: challenge, 405: allow, 429: retryAfter, 503: retryAfter }
  const schema = toSchema(answers.problem, 'output', components)
  return Object.fromEntries(
    Object.entries(problemTexts).map(([status, description]) => [
      `Problem${status}`,
      {
        description,
        headers: { ...requestIdHeader, ...own[status] },
        content: { 'application/problem+json': { schema } },
      },
    ]),
  )
}

function parametersOf(
  { path, query, requiredQuery = [], idempotent }: Operation,
  components: Map<string, unknown>,
): readonly Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: name === 'service' ? toSchema(serviceName, 'input', components) : { type: 'string' },
  }))
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, field]) => {
    const { description, ...schema } = toSchema(field as z.ZodType, 'input', components)
    const required = requiredQuery.includes(name)
    return { name, in: 'query', required, ...(description !== undefined && { description }), schema }
  })
  const { description, ...schema } = toSchema(idempotencyKey, 'input', components)
  const header = { name: 'Idempotency-Key', in: 'header', required: true, description, schema }
  return [...inPath, ...(idempotent ? [header] : []), ...inQuery]
}

/** Parts that callers write: answers show them with every default filled in, which is another schema. */
const writtenParts = ['Route', 'Strategy', 'Gate']

/** JSON Schema of `schema`; named parts move to the document's components. */
function toSchema(schema: z.ZodType, io: 'input' | 'output', components: Map<string, unknown>): Json {
  const componentName = (id: string) => (io === 'output' && writtenParts.includes(id) ? `${id}Shown` : id)
  const place = (definition: Json) => {
    const { id: _id, ...rest } = definition
    return JSON.parse(
      JSON.stringify(rest, (key, value) => (key === '$ref' ? toComponentRef(value, componentName) : value)),
    )
  }
  const { $schema: _dialect, $defs = {}, ...json } = z.toJSONSchema(schema, { io, reused: 'inline' })
  for (const [name, definition] of Object.entries($defs)) components.set(componentName(name), place(definition))
  const id = z.globalRegistry.get(schema)?.id
  if (id === undefined) return place(json)
  if (!(id in $defs)) components.set(componentName(id), place(json))
  return { $ref: toComponentRef(`#/$defs/${id}`, componentName) }
}

function toComponentRef(ref: string, componentName: (id: string) => string): string {
  return `#/components/schemas/${componentName(ref.replace('#/$defs/', ''))}`
}
