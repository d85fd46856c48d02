import type * as z from 'zod'

/** `['routes', 0, 'blue']` → `routes[0].blue`; the document itself is the empty path. */
export function pathOf(segments: readonly PropertyKey[]): string {
  return segments.reduce<string>((path, segment) => {
    if (typeof segment === 'number') return `${path}[${segment}]`
    return path === '' ? String(segment) : `${path}.${String(segment)}`
  }, '')
}

/** What is allowed, for a person: every message reads on from the path. Schemas that say more bring their own. */
export function messageOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? `is required: ${kindOf(issue.expected)}` : `must be ${kindOf(issue.expected)}`
    case 'invalid_value':
      return issue.input === undefined ? `is required: ${oneOf(issue.values)}` : `must be ${oneOf(issue.values)}`
    case 'unrecognized_keys':
      return `is not known here${listOf(fieldsOf(issue.inst))}`
    case 'too_small':
      return `must ${sizeOf(issue.origin, `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`)}`
    case 'too_big':
      return `must ${sizeOf(issue.origin, `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`)}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`
    case 'invalid_union':
      return `must be ${oneOf(tagsOf(issue.inst, issue.discriminator)) || 'one of the documented forms'}`
    default:
      return 'is not valid'
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function kindOf(expected: string): string {
  return kinds[expected] ?? expected
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map((value) => JSON.stringify(value))
  return words.length > 1 ? `one of ${words.join(', ')}` : words.join('')
}

function sizeOf(origin: string, bound: string): string {
  switch (origin) {
    case 'string':
      return `have ${bound} characters`
    case 'array':
    case 'set':
      return `have ${bound} entries`
    default:
      return `be ${bound}`
  }
}

function fieldsOf(schema: unknown): readonly string[] {
  const definition = definitionOf(schema)
  return 'shape' in definition && typeof definition.shape === 'object' && definition.shape !== null
    ? Object.keys(definition.shape)
    : []
}

function listOf(fields: readonly string[]): string {
  return fields.length === 0 ? ': nothing is' : `; known are ${fields.join(', ')}`
}

/** The words that tell the options of a tagged union apart. */
function tagsOf(schema: unknown, tag: string | undefined): readonly unknown[] {
  const definition = definitionOf(schema)
  if (tag === undefined || !('options' in definition) || !Array.isArray(definition.options)) return []
  return definition.options.flatMap((option) => {
    const { shape } = definitionOf(option) as { shape?: Record<string, unknown> }
    const { values } = definitionOf(shape?.[tag]) as { values?: readonly unknown[] }
    return values ?? []
  })
}

function definitionOf(schema: unknown): object {
  return (schema as { _zod?: { def: object } } | undefined)?._zod?.def ?? {}
}
