import { isDeepStrictEqual } from 'node:util'
import { refuse } from './lookup.ts'

/** @throws {AwsError} `ValidationError` unless `value` is a whole number in the range, ends included. */
export function checkInteger(name: string, value: number, [least, most]: readonly [number, number]): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    refuse('ValidationError', `${name} '${value}' must be a whole number between ${least} and ${most}, inclusive`)
  }
  return value
}

/** @throws {AwsError} `ValidationError` unless `value` is one of `allowed`. */
export function checkOneOf<Word extends string>(name: string, value: string, allowed: readonly Word[]): Word {
  return (
    allowed.find((word) => word === value) ??
    refuse('ValidationError', `${name} '${value}' must be one of ${allowed.join(', ')}`)
  )
}

/** Names of load balancers and target groups. @throws {AwsError} `ValidationError` */
export function checkName(kind: string, name: string): string {
  if (name.length > 32) refuse('ValidationError', `${kind} name '${name}' cannot be longer than '32' characters`)
  if (!/^[A-Za-z0-9-]+$/.test(name)) {
    refuse(
      'ValidationError',
      `${kind} name '${name}' can only contain characters that are alphanumeric characters or hyphens(-)`,
    )
  }
  if (/^-|-$/.test(name)) refuse('ValidationError', `${kind} name '${name}' cannot begin or end with a hyphen(-)`)
  return name
}

/** @throws {AwsError} `ValidationError` */
export function refuseDuplicates(name: string, values: readonly string[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index)
  if (twice !== undefined) refuse('ValidationError', `${name} '${twice}' is given more than once`)
}

/** Whether two settings are the same once saved: a member that is undefined is one that is not there. */
export function isSameJson(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)))
}
