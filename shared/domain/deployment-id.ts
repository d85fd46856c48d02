import { ValidationError } from './errors.ts'

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const shape = /^dep_([0-7][0-9A-HJKMNP-TV-Z]{9})[0-9A-HJKMNP-TV-Z]{16}$/

export function isDeploymentId(text: string): boolean {
  return shape.test(text)
}

/**
 * When a deployment was asked for, milliseconds since the epoch: its id is `dep_` and a ULID, whose first ten characters
 * are the time.
 *
 * @throws {ValidationError} If `id` is no deployment id.
 */
export function startedAtMs(id: string): number {
  const time = shape.exec(id)?.[1]
  if (!time) throw new ValidationError(`"${id}" is no deployment id; expected dep_ and a ULID`)
  return [...time].reduce((ms, character) => ms * 32 + crockford.indexOf(character), 0)
}

/** How long whoever begins has to write the record of an id, milliseconds of local time. */
const brokenStartMs = 120_000

/** True for an id without a record that nobody goes on with any more: its start broke off. */
export function isBrokenStart(id: string, nowMs: number): boolean {
  return nowMs - startedAtMs(id) >= brokenStartMs
}
