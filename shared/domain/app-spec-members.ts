import type { TextRule } from './app-spec-rules.ts'
import type { Problem } from './errors.ts'

/** A part of a document, and where it stands there. Absent parts are undefined; so is null, as an empty YAML key reads. */
export interface Member {
  readonly value: unknown
  readonly path: string
}

/** Takes a document apart and notes every broken rule: reading goes on, so that one answer lists all of them. */
export interface MemberReader {
  /** The known members of an object, whatever letter case its keys have; null where it is no object. */
  members<K extends string>(member: Member, known: readonly K[]): Readonly<Record<K, Member>> | null
  /** The entries of a list from `min` to `max` of them; none where it is no such list. */
  entries(member: Member, size: { readonly min: number; readonly max: number }): readonly Member[]
  /** Empty where it breaks the rule. */
  text(member: Member, rule: TextRule): string
  /** A whole number, also as text; `min` where it breaks the rule. */
  whole(member: Member, range: { readonly min: number; readonly max: number }): number
  wrong(member: Member, rule: string): void
}

/** @param problems - Gets what is wrong. */
export function createMemberReader(problems: Problem[]): MemberReader {
  const wrong = ({ value, path }: Member, rule: string) => {
    problems.push({ path, message: value === undefined ? `is required: ${rule}` : `must be ${rule}` })
  }
  return {
    wrong,
    members(member, known) {
      if (isPlainObject(member.value)) return membersOf(member.value, member.path, known, problems)
      wrong(member, 'an object')
      return null
    },
    entries(member, { min, max }) {
      const { value, path } = member
      if (Array.isArray(value) && value.length >= min && value.length <= max)
        return value.map((entry: unknown, index) => toMember(entry, `${path}[${index}]`))
      wrong(member, max === 1 ? 'a list of one entry' : `a list of ${min} to ${max} entries`)
      return []
    },
    text(member, { pattern, says }) {
      const { value } = member
      const text = typeof value === 'number' ? String(value) : value
      if (typeof text === 'string' && pattern.test(text)) return text
      wrong(member, says)
      return ''
    },
    whole(member, { min, max }) {
      const { value } = member
      const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
      if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number
      wrong(member, `a whole number from ${min} to ${max}`)
      return min
    },
  }
}

export function isGiven({ value }: Member): boolean {
  return value !== undefined
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function toMember(value: unknown, path: string): Member {
  return { value: value ?? undefined, path }
}

function membersOf<K extends string>(
  object: Readonly<Record<string, unknown>>,
  path: string,
  known: readonly K[],
  problems: Problem[],
): Readonly<Record<K, Member>> {
  const found = new Map<string, Member>()
  for (const [key, value] of Object.entries(object)) {
    const at = `${path}.${key}`
    const name = known.find((one) => one.toLowerCase() === key.toLowerCase())
    if (name === undefined) problems.push({ path: at, message: `is not known here; known are ${known.join(', ')}` })
    else if (found.has(name)) problems.push({ path: at, message: `is ${name} once more, in other letters` })
    else found.set(name, toMember(value, at))
  }
  const members = known.map((name) => [name, found.get(name) ?? toMember(undefined, `${path}.${name}`)])
  return Object.fromEntries(members) as Record<K, Member>
}
