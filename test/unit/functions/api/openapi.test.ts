import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { createApi } from '../../../../functions/api/app.ts'
import checkedIn from '../../../../functions/api/openapi.json' with { type: 'json' }
import { buildOpenApi } from '../../../../scripts/openapi/document.ts'
import { createMemoryApi } from '../../../support/memory-api.ts'

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required: boolean
}
type Paths = Record<string, Record<string, { readonly operationId: string; readonly parameters?: Parameter[] }>>

describe('the OpenAPI document', () => {
  it('is the one that the schemas make (npm run build:openapi)', () => {
    expect(checkedIn).toEqual(JSON.parse(JSON.stringify(buildOpenApi())))
  })

  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    const result = await validator.validate(structuredClone(checkedIn))
    expect(result).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  it('names every route of the app but the way to the docs, and no other', () => {
    const { deps } = createMemoryApi()
    const served = createApi(deps)
      .routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
      .filter((route) => route !== 'GET /')
    const documented = Object.entries(checkedIn.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(documented.sort()).toEqual([...new Set(served)].sort())
  })

  it('says which parameters of a query must be given', () => {
    const operations = Object.values(buildOpenApi().paths as Paths).flatMap((methods) => Object.values(methods))
    const required = operations.flatMap(({ operationId, parameters = [] }) =>
      parameters.filter((one) => one.in === 'query' && one.required).map((one) => `${operationId} ${one.name}`),
    )
    expect(required).toEqual(['listBuckets gate'])
  })

  it('gives every operation an id of its own', () => {
    const ids = Object.values(checkedIn.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('resolves every reference', () => {
    const known = Object.entries(checkedIn.components).flatMap(([kind, parts]) =>
      Object.keys(parts).map((name) => `#/components/${kind}/${name}`),
    )
    const used = [...JSON.stringify(checkedIn).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref)
    expect(used.filter((ref) => ref === undefined || !known.includes(ref))).toEqual([])
  })

  it('is served as it is', async () => {
    const response = await createMemoryApi().call('GET', '/openapi.json')
    expect(await response.json()).toEqual(checkedIn)
  })
})

describe('the pages for people', () => {
  it('sends a visitor of the root to the docs', async () => {
    const response = await createMemoryApi({}).app.request('http://127.0.0.1/')
    expect([response.status, response.headers.get('location')]).toEqual([302, '/docs'])
  })

  it('name every operation, load nothing and run nothing', async () => {
    const response = await createMemoryApi({}).call('GET', '/docs')
    expect(response.headers.get('Content-Type')).toMatch(/^text\/html/)
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'")
    const page = await response.text()
    for (const path of Object.keys(checkedIn.paths)) expect(page).toContain(`<code>${path}</code>`)
    expect(page).toContain('Idempotency-Key')
    expect(page).toContain('<code>nextCursor</code> of the page before')
    expect(page).not.toContain('`')
    expect(page).not.toMatch(/<script|https?:\/\/(?!.*example)/i)
  })
})
