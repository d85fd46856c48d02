import { ValidationError } from '../errors.ts'

export interface StatusRange {
  readonly from: number
  readonly to: number
}

/**
 * Parses expected HTTP statuses: codes and ranges divided by commas, `200`, `200-299`, `200,204`.
 *
 * @throws {ValidationError} If the text is anything else, a code is outside 100–599 or a range runs backwards.
 */
export function parseStatusRanges(text: string): readonly StatusRange[] {
  return text.split(',').map((part) => {
    const [, from, to] = /^\s*([1-5]\d\d)(?:-([1-5]\d\d))?\s*$/.exec(part) ?? []
    const range = { from: Number(from), to: Number(to ?? from) }
    if (range.from <= range.to) return range
    throw new ValidationError(`statuses must be codes or ranges from 100 to 599 like "200-299,304", not "${text}"`)
  })
}

export function isExpectedStatus(ranges: readonly StatusRange[], status: number): boolean {
  return ranges.some((range) => status >= range.from && status <= range.to)
}

/**
 * Parses a path into a JSON document: `$`, then any of `.name` (letters, digits, `_`, `-`) and `[0]`. `$.a.b[0]` is the
 * first item of `b` in `a`. No wildcards, filters or quoted names: a probe compares one value.
 *
 * @throws {ValidationError} If the text is anything else.
 */
export function parseJsonPath(text: string): readonly (string | number)[] {
  if (!/^\$(?:\.[\w-]+|\[\d+\])*$/.test(text)) {
    throw new ValidationError(`a JSON path must look like "$.status" or "$.checks[0].ok", not "${text}"`)
  }
  return [...text.matchAll(/\.([\w-]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index))
}

/** What stands at `path` in `document`; undefined when there is nothing. */
export function valueAt(document: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return undefined
    // `.length` of a list and `[0]` of an object are not in the document.
    return Array.isArray(value) === (typeof key === 'number') ? Reflect.get(value, key) : undefined
  }, document)
}

/** True when two JSON values say the same; the order of an object's names does not matter. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const names = Object.keys(a)
  if (names.length !== Object.keys(b).length) return false
  return names.every((name) => Object.hasOwn(b, name) && isSameJson(Reflect.get(a, name), Reflect.get(b, name)))
}
