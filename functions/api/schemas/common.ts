import * as z from 'zod'
import type { TextRule } from '../../../shared/domain/app-spec-rules.ts'
import { redact } from '../../../shared/domain/redact.ts'

/** What a setting answers that is specified and not built. Values that mean "off" are accepted. */
export const notAvailableYet = 'not available yet'

/** Makes a check run although other fields are wrong too, so that one answer lists every problem. */
export const always = { when: () => true }

/**
 * Takes `schema`'s full shape and then refuses it, except for values that mean "off".
 *
 * The shapes are complete before the features are: a document that is refused today keeps its form when they arrive.
 */
export function notYet<T extends z.ZodType>(schema: T, isOff: (value: z.output<T>) => boolean = () => false): T {
  return schema.superRefine((value, context) => {
    if (!isOff(value)) context.addIssue({ code: 'custom', message: notAvailableYet })
  })
}

export const serviceName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,62}$/,
    'must start with a lower-case letter and hold only lower-case letters, digits and hyphens, at most 63 characters',
  )
  .describe('Name of a service.')

/** Share in percent, above 0 up to 100, at most one decimal. */
export const percent = z.number().min(0.1).max(100).multipleOf(0.1, 'must have at most one decimal')

/** A duration in whole seconds, 0 up to `max` (default a week). */
export const seconds = (max = 604_800, min = 0) => z.int().min(min).max(max)

/** Words of a person or a program: not blank, one paragraph. They are kept and shown, so a secret in them is hidden. */
export const text = (max: number) => z.string().min(1).max(max).regex(/\S/, 'must not be blank').overwrite(redact)

/** An absolute http or https address without a user or password in it: secrets are named, never recorded. */
export const httpUrl = z
  .string()
  .max(2048)
  .regex(/^https?:\/\//, 'must be an absolute http or https URL')
  .refine(isPlainUrl, 'must be an absolute http or https URL without user or password')

function isPlainUrl(value: string): boolean {
  // `{side}` is ours and may stand in the host name, where URL would not take its braces.
  const address = value.replaceAll('{side}', 'blue')
  if (!URL.canParse(address)) return false
  const { username, password } = new URL(address)
  return username === '' && password === ''
}

/** Text that keeps a rule of the domain. */
export const ruled = ({ pattern, says }: TextRule) => z.string().regex(pattern, `must be ${says}`)

/** Name of a secret in Parameter Store or Secrets Manager. */
export const secretName = z
  .string()
  .regex(/^[\w/+=.@-]{1,512}$/, 'must be the name of a secret: letters, digits and /_+=.@-')

/** A path as the domain writes it, for an issue: `strategy.steps[1].weight` → `['strategy', 'steps', 1, 'weight']` */
export function segmentsOf(path: string): (string | number)[] {
  return path
    .split(/[.[\]]+/)
    .filter((segment) => segment !== '')
    .map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment))
}
