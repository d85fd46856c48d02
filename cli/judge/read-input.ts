import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { ValidationError } from '../../shared/domain/errors.ts'
import { toPrintable } from './printable.ts'

/** What a path is called in messages. */
export function nameOf(path: string): string {
  return path === '-' ? 'standard input' : path
}

/** @throws {ValidationError} If there is no such file, or what is in it is no JSON. */
export async function readJsonFile(path: string): Promise<unknown> {
  const name = nameOf(path)
  const content = await readingOf(name, () => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')))
  return parseJson(content, name)
}

/** @throws {ValidationError} If there is no such file: while it is read, not before. */
export async function* readChunks(path: string): AsyncGenerator<string> {
  const stream = path === '-' ? process.stdin : createReadStream(path)
  stream.setEncoding('utf8')
  try {
    for await (const chunk of stream) yield chunk as string
  } catch (error) {
    throw toUnreadable(nameOf(path), error)
  }
}

/** @throws {ValidationError} If `content` is no JSON. */
export function parseJson(content: string, name: string): unknown {
  try {
    // Some editors put a byte order mark first.
    return JSON.parse(content.charCodeAt(0) === 0xfeff ? content.slice(1) : content)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ValidationError(`${name} is no JSON: ${toPrintable(why)}`, [], { cause: error, unparsable: true })
  }
}

async function readingOf(name: string, read: () => Promise<string>): Promise<string> {
  try {
    return await read()
  } catch (error) {
    throw toUnreadable(name, error)
  }
}

function toUnreadable(name: string, error: unknown): ValidationError {
  const why = error instanceof Error ? error.message : String(error)
  return new ValidationError(`cannot read ${name}: ${why}`, [], { cause: error })
}
