import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

it('bundles the handler without translations, the document generator and the answers it describes', async () => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../../../../functions/api/handler.ts', import.meta.url))],
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    outdir: 'unused',
    logLevel: 'silent',
  })
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  expect(used).toContain('functions/api/schemas/route.ts')
  expect(used.filter((path) => /zod\/.*\/locales\/(?!en\.)|^scripts\/|schemas\/answers/.test(path))).toEqual([])
  const entry = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint === 'functions/api/handler.ts')
  // The document and its pages are chunks of their own, loaded when somebody asks for them.
  expect(Object.keys(entry?.inputs ?? {})).not.toContain('functions/api/openapi.json')
})
