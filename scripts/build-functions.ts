import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Metafile, type Plugin } from 'esbuild'
import { noticesOf } from './supply-chain/notices.ts'

/** The functions in `serverless.yml`, by name, with the file each is built from. */
export const functionEntries = {
  api: 'functions/api/handler.ts',
  slack: 'functions/slack/handler.ts',
  'slack-work': 'functions/slack-work/handler.ts',
  notify: 'functions/notify/handler.ts',
  'rollback-check': 'functions/rollback-check/handler.ts',
  prepare: 'functions/steps/prepare.ts',
  'verify-canary': 'functions/steps/verify-canary.ts',
  'shift-traffic': 'functions/steps/shift-traffic.ts',
  bake: 'functions/steps/bake.ts',
  'evaluate-gates': 'functions/steps/evaluate-gates.ts',
  'roll-back': 'functions/steps/roll-back.ts',
  close: 'functions/steps/close.ts',
  'needs-attention': 'functions/steps/needs-attention.ts',
} as const

/** Functions that users deploy in stacks of their own: built beside the others, packed into none of ours. */
export const standaloneEntries = { hook: 'functions/hooks/handler.ts' } as const

const entries = { ...functionEntries, ...standaloneEntries }

export type FunctionName = keyof typeof entries

/** Bundles one function into `outDir`: `index.mjs`, the chunks that it loads later, and the notices of what is in them. */
export async function buildFunction(name: FunctionName, outDir: string): Promise<Metafile> {
  const metafile = await bundle(entries[name], outDir)
  await writeFile(join(outDir, 'THIRD-PARTY-NOTICES.txt'), await noticesOf(metafile))
  return metafile
}

/**
 * Bundles a file, as functions are bundled.
 *
 * ESM with splitting, so that an SDK client behind `await import` costs nothing until it is needed. serverless-esbuild
 * cannot do that: it lays the chunks of all functions into one folder and packs them all into every function.
 */
export async function bundle(entry: string, outDir: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: { index: entry },
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    platform: 'node',
    format: 'esm',
    splitting: true,
    target: 'node22',
    // The default takes the SDK's CommonJS builds first: 1.8 times the cold start, 1.65 times the size.
    mainFields: ['module', 'main'],
    minify: true,
    metafile: true,
    plugins: [onlyEnglish],
    // Some CommonJS dependencies require Node's own modules, and an ES module has no `require`.
    banner: {
      js: "import{createRequire as __sluiceRequire}from'node:module';const require=__sluiceRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  return metafile
}

/** zod's namespace holds every language it speaks, 260 KB; our messages are English. */
const onlyEnglish: Plugin = {
  name: 'only-english',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
    }))
  },
}

/** Bundles every function, each into a folder of its own name under `outDir`, which is emptied before. */
export async function buildFunctions(outDir: string): Promise<void> {
  await rm(outDir, { recursive: true, force: true })
  const names = Object.keys(entries) as FunctionName[]
  await Promise.all(names.map((name) => buildFunction(name, join(outDir, name))))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildFunctions('.build')
