import { type Problem, ValidationError } from '../../shared/domain/errors.ts'

/**
 * The fields of a form as Slack sends it.
 *
 * @param body - The bytes whose signature was checked.
 * @throws {ValidationError} If they are no UTF-8, or a field is there twice: nobody could say which of the two counts.
 */
export function parseForm(body: Uint8Array): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(decode(body))) {
    if (fields.has(name)) throw malformed([{ path: name, message: 'is there more than once' }])
    fields.set(name, value)
  }
  return fields
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch (cause) {
    throw malformed([{ path: '', message: 'is not UTF-8' }], cause)
  }
}

/** What Slack signed and we cannot read: another version of its payloads, or another kind of them. */
export function malformed(problems: readonly Problem[], cause?: unknown): ValidationError {
  const list = problems.map(({ path, message }) => (path === '' ? `it ${message}` : `${path} ${message}`)).join('; ')
  return new ValidationError(`the request is no form that this endpoint knows: ${list}`, problems, {
    unparsable: true,
    ...(cause !== undefined && { cause }),
  })
}
