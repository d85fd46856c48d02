import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'
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
  // What verifies signed tokens comes with the first of them.
  const isJose = (path: string) => path.includes('node_modules/jose/')
  const atOnce = loadedAtOnce(metafile, 'functions/api/handler.ts')
  expect([used.some(isJose), atOnce.some(isJose)]).toEqual([true, false])
})

/** The files in the entry's chunk and in those that it imports, and they, without waiting. */
function loadedAtOnce({ outputs }: Metafile, entryPoint: string): readonly string[] {
  const chunks = new Set(Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === entryPoint))
  for (const chunk of chunks)
    for (const { path, kind } of outputs[chunk]?.imports ?? []) if (kind === 'import-statement') chunks.add(path)
  return [...chunks].flatMap((chunk) => Object.keys(outputs[chunk]?.inputs ?? {}))
}
