import { isIP } from 'node:net'
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import { limits } from './limits.ts'
import { refuse } from './lookup.ts'

/** The config that belongs to each field. */
const configOf = {
  'host-header': 'HostHeaderConfig',
  'path-pattern': 'PathPatternConfig',
  'http-request-method': 'HttpRequestMethodConfig',
  'source-ip': 'SourceIpConfig',
  'http-header': 'HttpHeaderConfig',
  'query-string': 'QueryStringConfig',
} as const

type Field = keyof typeof configOf

/** A rule may have several of these; of every other field at most one. */
const repeatable: readonly Field[] = ['http-header', 'query-string']

/**
 * Checks a rule's conditions and brings them into the form in which they are kept: the field's own config, no `Values`.
 *
 * @throws {AwsError} `ValidationError`; `NotImplemented` for regular expressions, which local mode does not match.
 * @see API reference, RuleCondition; quotas for Application Load Balancers
 */
export function normalizeConditions(conditions: readonly RuleCondition[] | undefined): RuleCondition[] {
  if (!conditions?.length) return refuse('ValidationError', 'A condition must be specified')
  const normalized = conditions.map(normalizeCondition)
  const fields = normalized.map(({ Field }) => Field)
  const twice = fields.find(
    (field, index) => !repeatable.some((name) => name === field) && fields.indexOf(field) !== index,
  )
  if (twice) refuse('ValidationError', `Only one condition with field '${twice}' can be specified`)
  const most = limits['condition-values-per-alb-rule']
  const values = normalized.reduce((sum, condition) => sum + valuesOf(condition).length, 0)
  if (values > most) refuse('ValidationError', `A rule can have at most ${most} condition values`)
  return normalized
}

/** Conditions as DescribeRules shows them: hosts and paths also as plain `Values`. */
export function showCondition(condition: RuleCondition): RuleCondition {
  const { Field } = condition
  if (Field !== 'host-header' && Field !== 'path-pattern') return condition
  return { ...condition, Values: [...(condition[configOf[Field]]?.Values ?? [])] }
}

function normalizeCondition(condition: RuleCondition): RuleCondition {
  const field = (Object.keys(configOf) as Field[]).find((name) => name === condition.Field)
  if (!field)
    return refuse('ValidationError', `Condition field '${condition.Field}' must be one of ${Object.keys(configOf)}`)
  const foreign = Object.values(configOf).find((name) => name !== configOf[field] && condition[name] !== undefined)
  if (foreign) refuse('ValidationError', `${foreign} cannot be specified for a condition with field '${field}'`)
  const config = condition[configOf[field]]
  if (condition.RegexValues?.length || (config && 'RegexValues' in config && config.RegexValues?.length)) {
    refuse('NotImplemented', 'RegexValues are not implemented by the local endpoint')
  }
  const normalized = condition.Values ? fromPlainValues(field, condition) : condition
  const values = valuesOf(normalized)
  if (values.length === 0) refuse('ValidationError', `A condition value must be specified for field '${field}'`)
  for (const value of values) checkValue(field, value)
  if (field === 'http-header') checkHeaderName(normalized.HttpHeaderConfig?.HttpHeaderName)
  return normalized
}

function fromPlainValues(field: Field, condition: RuleCondition): RuleCondition {
  const { Values: values, ...rest } = condition
  if (field !== 'host-header' && field !== 'path-pattern') {
    return refuse('ValidationError', `Values cannot be specified for field '${field}'; use ${configOf[field]}`)
  }
  if (rest[configOf[field]] !== undefined) {
    refuse('ValidationError', `Values and ${configOf[field]} cannot both be specified`)
  }
  return { ...rest, [configOf[field]]: { Values: values ?? [] } }
}

/** Every value as text; a query string's pair as `key=value`. */
function valuesOf(condition: RuleCondition): string[] {
  return [
    ...(condition.HostHeaderConfig?.Values ?? []),
    ...(condition.PathPatternConfig?.Values ?? []),
    ...(condition.HttpRequestMethodConfig?.Values ?? []),
    ...(condition.SourceIpConfig?.Values ?? []),
    ...(condition.HttpHeaderConfig?.Values ?? []),
    ...(condition.QueryStringConfig?.Values ?? []).map(
      ({ Key, Value }) =>
        `${Key === undefined ? '' : `${Key}=`}${Value ?? refuse('ValidationError', 'A query string condition requires a Value')}`,
    ),
  ]
}

function checkValue(field: Field, value: string): void {
  const wrong = (reason: string) => refuse('ValidationError', `The value '${value}' of field '${field}' ${reason}`)
  if (value.length === 0 || value.length > 128) wrong('must have 1 to 128 characters')
  switch (field) {
    case 'host-header':
      if (!/^[A-Za-z0-9.*?-]+$/.test(value)) wrong("may have letters, digits, '-', '.', '*' and '?'")
      break
    case 'path-pattern':
      if (!/^[A-Za-z0-9_\-.$/~"'@:+&*?]+$/.test(value)) wrong('has a character that path patterns do not take')
      break
    case 'http-request-method':
      if (!/^[A-Z_-]{1,40}$/.test(value)) wrong("may have up to 40 of A-Z, '-' and '_'")
      break
    case 'source-ip':
      if (!isCidr(value)) wrong('must be an address block such as 192.0.2.0/24')
      break
    case 'http-header':
    case 'query-string':
      break
  }
}

function isCidr(value: string): boolean {
  const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(value) ?? []
  const version = isIP(address)
  return version !== 0 && Number(bits) <= (version === 4 ? 32 : 128)
}

function checkHeaderName(name: string | undefined): void {
  if (!name || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}$/.test(name)) {
    refuse('ValidationError', `The HTTP header name '${name ?? ''}' must have 1 to 40 characters of a header name`)
  }
  if (name?.toLowerCase() === 'host') refuse('ValidationError', 'Use a host-header condition for the host header')
}
