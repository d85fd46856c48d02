import type { AuditEntry } from '../../shared/domain/audit.ts'
import { ValidationError } from '../../shared/domain/errors.ts'
import { toLines } from '../judge/judge-lines.ts'
import { nameOf, parseJson, readChunks } from '../judge/read-input.ts'
import { toEntry } from './entry.ts'

/** The entries of an export, a line each. @throws {ValidationError} If a line is none. */
export async function* readExport(path: string): AsyncGenerator<AuditEntry> {
  for await (const { number, text } of toLines(readChunks(path))) {
    const name = `line ${number} of ${nameOf(path)}`
    const entry = text === null ? null : toEntry(parseJson(text, name))
    if (entry === null) throw new ValidationError(`${name} is no entry of an audit`)
    yield entry
  }
}
