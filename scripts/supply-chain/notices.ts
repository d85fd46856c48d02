import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

/**
 * The notices that the licences of bundled packages ask for: name, version, licence, and the texts that each package brings.
 * Of an esbuild metafile, so that only what is really in the bundle is named.
 */
export async function noticesOf({ inputs }: Pick<Metafile, 'inputs'>): Promise<string> {
  const folders = new Set(Object.keys(inputs).flatMap((input) => packageFolder(input) ?? []))
  const notices = await Promise.all([...folders].sort().map(noticeOf))
  return notices.join(`\n${'-'.repeat(80)}\n\n`)
}

/** `node_modules/a/node_modules/@b/c/d.js` → `node_modules/a/node_modules/@b/c`; null for files of our own. */
function packageFolder(input: string): string | null {
  return /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? null
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)([.-]|$)/i.test(file)).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return [`${name} ${version}, ${license}\n`, ...texts.map((text) => `\n${text.trim()}\n`)].join('')
}
