import type { Problem } from '../../shared/domain/errors.ts'
import { toPrintable } from './printable.ts'

export type Fields = Readonly<Record<string, unknown>>

/** A document that is wrong everywhere is not listed to its end. */
const mostProblems = 20
/** Of a field's name that nobody knows, as much as a person can read. */
const longestName = 60

/**
 * Takes values of a document apart and notes what is wrong, each with its path (`buckets[3].canary.errors`). What it
 * returns is worth something only while there are no problems.
 *
 * By hand and not by a schema: counts are read by the hundred thousand, and what is right must cost next to nothing.
 */
export class FieldReader {
  /** The first 20. */
  readonly problems: Problem[] = []

  get isFull(): boolean {
    return this.problems.length >= mostProblems
  }

  note(path: string, message: string): void {
    if (!this.isFull) this.problems.push({ path, message })
  }

  /** An object of known fields; empty where it is none. */
  object(value: unknown, path: string, known: readonly string[]): Fields {
    if (!isObject(value)) {
      this.note(path, value === undefined ? 'is required: an object' : 'must be an object')
      return {}
    }
    for (const field of Object.keys(value)) {
      if (known.includes(field)) continue
      const name = toPrintable(field.length > longestName ? `${field.slice(0, longestName)}…` : field)
      this.note(path === '' ? name : `${path}.${name}`, `is not known here; known are ${known.join(', ')}`)
      if (this.isFull) break
    }
    return value
  }

  list<T>(
    value: unknown,
    path: string,
    { most, read }: { readonly most: number; readonly read: (one: unknown, path: string) => T },
  ): readonly T[] {
    if (!Array.isArray(value)) {
      this.note(path, value === undefined ? 'is required: a list' : 'must be a list')
      return []
    }
    if (value.length > most) {
      this.note(path, `must have at most ${most} entries, not ${value.length}`)
      return []
    }
    const found: T[] = []
    for (let index = 0; index < value.length && !this.isFull; index++)
      found.push(read(value[index], `${path}[${index}]`))
    return found
  }

  whole(value: unknown, path: string, low: number, high: number): number {
    if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value
    return this.#refuse(value, path, `must be a whole number from ${low} to ${high}`)
  }

  /** A finite number of which `fits` holds; `rule` says so in words: `must be above 1`. */
  number(value: unknown, path: string, rule: string, fits: (one: number) => boolean): number {
    if (typeof value === 'number' && Number.isFinite(value) && fits(value)) return value
    return this.#refuse(value, path, rule)
  }

  label(value: unknown, path: string): string | number {
    if (typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value))) return value
    return this.#refuse(value, path, 'must be a string or a number')
  }

  #refuse(value: unknown, path: string, rule: string): number {
    this.note(path, value === undefined ? `is required and ${rule}` : rule)
    return 0
  }
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
