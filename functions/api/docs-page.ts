import { html, raw } from 'hono/html'

/** The part of an OpenAPI document that the page shows. */
interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly summary: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>
}

interface DocumentedOperation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly DocumentedField[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: DocumentedSchema }>> }
  readonly responses: Readonly<Record<string, { readonly description?: string }>>
}

interface DocumentedField {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly description?: string
  readonly schema: DocumentedSchema
}

interface DocumentedSchema {
  readonly properties?: Readonly<Record<string, DocumentedSchema>>
  readonly required?: readonly string[]
  readonly description?: string
  readonly default?: unknown
}

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem }
h2 { margin-top: 2.5rem } h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere }
article { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; margin: .75rem 0 }
code { font: .9em ui-monospace, monospace } p { margin: .4rem 0 }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700 }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .15rem 1rem; margin: .5rem 0 }
dt { overflow-wrap: anywhere } dd { margin: 0; opacity: .85 }
@media (max-width: 32rem) { dl { display: block } dd { margin: 0 0 .4rem } }`

/** The document as one page: every operation with its fields and answers. No scripts, nothing from elsewhere. */
export function renderDocs(document: unknown) {
  const { info, tags, paths } = document as ApiDocument
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title} API</title>
<style>${raw(style)}</style>
</head>
<body>
<h1>${info.title} API <small>${info.version}</small></h1>
<p>${info.summary}</p>
<p>For programs: <a href="/openapi.json">openapi.json</a>. Errors are <code>application/problem+json</code> (RFC 9457).</p>
${tags.map(
  (tag) => html`<section>
<h2 id="${tag.name}">${tag.name}</h2>
<p>${withCode(tag.description)}</p>
${operations.filter(({ operation }) => operation.tags.includes(tag.name)).map(renderOperation)}
</section>`,
)}
</body>
</html>`
}

function renderOperation({
  path,
  method,
  operation,
}: {
  path: string
  method: string
  operation: DocumentedOperation
}) {
  const body = operation.requestBody?.content['application/json']?.schema
  return html`<article id="${operation.operationId}">
<h3><span class="method">${method.toUpperCase()}</span> <code>${path}</code></h3>
<p>${withCode(operation.summary + (operation.description ? `. ${operation.description}` : ''))}</p>
${renderFields('Parameters', (operation.parameters ?? []).map(toField))}
${renderFields('Body', body ? bodyFields(body) : [])}
${renderFields('Answers', Object.entries(operation.responses).flatMap(toAnswer))}
</article>
`
}

/** What stands between backticks, as code. Both parts are escaped. */
function withCode(text: string) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))
}

interface Field {
  readonly term: string
  readonly text: string
}

function renderFields(title: string, fields: readonly Field[]) {
  if (fields.length === 0) return ''
  return html`<p><strong>${title}</strong></p>
<dl>${fields.map(({ term, text }) => html`<dt><code>${term}</code></dt><dd>${withCode(text)}</dd>`)}</dl>`
}

function toField({ name, in: place, required, description = '', schema }: DocumentedField): Field {
  return { term: name, text: [place, requiredOrDefault(required, schema), description].filter(Boolean).join(' · ') }
}

function bodyFields({ properties = {}, required = [] }: DocumentedSchema): readonly Field[] {
  return Object.entries(properties).map(([term, schema]) => ({
    term,
    text: [requiredOrDefault(required.includes(term), schema), schema.description ?? ''].filter(Boolean).join(' · '),
  }))
}

function requiredOrDefault(required: boolean, schema: DocumentedSchema): string {
  if (required) return 'required'
  return schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`
}

/** Problems are described once, in the document; here only the answers of the operation itself. */
function toAnswer([status, { description }]: [string, { readonly description?: string }]): readonly Field[] {
  return description === undefined ? [] : [{ term: status, text: description }]
}
