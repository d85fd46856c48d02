import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdtemp, open, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Definition } from '../../local/workflow/definition.ts'
import { readPackagedDefinition } from '../../scripts/packaged-definition.ts'

/** What the packaged definition is made from; the functions' code is no part of it. */
const sources = [
  'serverless.yml',
  'serverless',
  'state-machines',
  'scripts/packaged-definition.ts',
  'package-lock.json',
]
/** What packaging reads beside `node_modules`. */
const copied = [
  'serverless.yml',
  'serverless',
  'state-machines',
  'scripts',
  'functions',
  'shared',
  'package.json',
  'tsconfig.json',
]
/** A packaging that has not ended by then died with its process. Real milliseconds. */
const packagingMs = 110_000

/**
 * The state machine out of the packaged service. Packaged once for all test files: the first that asks does it, the
 * others wait for the file, whose name is the hash of everything that it is made from.
 */
export async function readPackagedMachine(): Promise<Definition> {
  const file = join(tmpdir(), `sluice-definition-${await hashSources()}.json`)
  for (const deadline = Date.now() + 2 * packagingMs; Date.now() < deadline; ) {
    const text = await readFile(file, 'utf8').catch(() => null)
    if (text !== null) return JSON.parse(text)
    if (await takeTurn(`${file}.lock`)) await packageInto(file).finally(() => rm(`${file}.lock`, { force: true }))
    else await sleep(100)
  }
  throw new Error(`nobody could package the service into ${file}`)
}

async function hashSources(): Promise<string> {
  const hash = createHash('sha256')
  for (const source of sources) {
    const inside = await readdir(source, { recursive: true }).catch(() => null)
    for (const name of inside?.sort() ?? ['']) {
      const path = join(source, name)
      if ((await stat(path)).isFile()) hash.update(path).update(await readFile(path))
    }
  }
  return hash.digest('hex').slice(0, 16)
}

async function takeTurn(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx')).close()
    return true
  } catch {
    const since = await stat(lock).catch(() => null)
    if (since !== null && Date.now() - since.mtimeMs > packagingMs) await rm(lock, { force: true })
    return false
  }
}

async function packageInto(file: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-walk-'))
  try {
    // In a copy of the project: packaging empties folders beside the file, and another test may be packaging as well.
    for (const name of copied) await cp(name, join(folder, name), { recursive: true })
    await symlink(resolve('node_modules'), join(folder, 'node_modules'))
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...env } = process.env
    await promisify(execFile)('npx', ['osls', 'package'], { cwd: folder, env, timeout: packagingMs })
    const definition = await readPackagedDefinition(join(folder, '.serverless'))
    // Whole or not at all: others read it as soon as it is there.
    await writeFile(`${file}.new`, JSON.stringify(definition))
    await rename(`${file}.new`, file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
