import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

interface Documented {
  readonly $ref?: string
  readonly content?: Readonly<Record<string, { readonly schema: unknown }>>
}

interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Record<string, Documented> }>>>>
  readonly components: { readonly responses: Readonly<Record<string, Documented>> }
}

const path = new URL('../../functions/api/openapi.json', import.meta.url)
const document: ApiDocument = JSON.parse(readFileSync(path, 'utf8'))
const { paths, components } = document

const ajv = new Ajv2020({ strict: false, allErrors: true, multipleOfPrecision: 9 })
addFormats.default(ajv)
ajv.addSchema(document, 'api')

/**
 * Holds an answer against the published document: its status and media type are named there for this operation, and the
 * body fits the schema. An operation that is not in the document has nothing to be held against.
 */
export async function checkAgainstDocument(method: string, path: string, answer: Response): Promise<void> {
  const operation = operationAt(method, path)
  if (!operation) return
  const documented = resolve(operation.responses[answer.status])
  if (!documented) throw new Error(`${method} ${path} answered ${answer.status}, which the document does not name`)
  const mediaType = (answer.headers.get('Content-Type') ?? '').split(';')[0] ?? ''
  const body = await answer.clone().text()
  if (!documented.content) {
    if (mediaType === 'application/json' || body === '') return
    throw new Error(`${method} ${path} answered a body that the document does not name: ${body}`)
  }
  const content = documented.content[mediaType]
  if (!content) throw new Error(`${method} ${path} answered "${mediaType}", which the document does not name`)
  if (mediaType.endsWith('json') && !validator(content.schema)(JSON.parse(body)))
    throw new Error(`${method} ${path} answered ${answer.status} against its schema: ${ajv.errorsText()} in ${body}`)
}

function operationAt(method: string, path: string) {
  const asked = path.split('?')[0]
  const template = Object.keys(paths).find((known) =>
    new RegExp(`^${known.replace(/\{\w+\}/g, '[^/]+')}$`).test(asked ?? ''),
  )
  return template === undefined ? undefined : paths[template]?.[method.toLowerCase()]
}

function resolve(documented: Documented | undefined): Documented | undefined {
  return documented?.$ref ? components.responses[documented.$ref.replace('#/components/responses/', '')] : documented
}

/** References in the document are to its own components. */
function validator(schema: unknown) {
  const text = JSON.stringify(schema).replaceAll('"#/components/', '"api#/components/')
  return (value: unknown) => ajv.validate(JSON.parse(text), value)
}
