import type { Context } from 'hono'
import type * as z from 'zod'
import { ValidationError } from '../../shared/domain/errors.ts'
import { parse } from './parse.ts'

/** Checks the query string against `schema`. A parameter given twice is refused: which one would count? */
export function readQuery<T extends z.ZodObject>(c: Context, schema: T): z.output<T> {
  const given = c.req.queries()
  const twice = Object.keys(given).filter((name) => (given[name]?.length ?? 0) > 1)
  if (twice.length > 0)
    throw new ValidationError(
      'the query names a parameter twice',
      twice.map((path) => ({ path, message: 'must be given once' })),
    )
  const numbers = numericFields(schema)
  const values = Object.entries(given).map(([name, [text = '']]) => [name, numbers.has(name) ? toNumber(text) : text])
  return parse(schema, Object.fromEntries(values), 'query')
}

/** Digits only: `Number` would also take spaces, `1e2` and the empty text. Anything else stays text and is refused. */
function toNumber(text: string): number | string {
  return /^\d{1,15}$/.test(text) ? Number(text) : text
}

function numericFields(schema: z.ZodObject): ReadonlySet<string> {
  const isNumeric = (field: z.core.$ZodType): boolean => {
    const { type, innerType } = field._zod.def as { type: string; innerType?: z.core.$ZodType }
    return innerType ? isNumeric(innerType) : type === 'number'
  }
  return new Set(Object.keys(schema.shape).filter((name) => isNumeric(schema.shape[name])))
}
