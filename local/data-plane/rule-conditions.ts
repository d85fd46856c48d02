import { BlockList, isIPv6 } from 'node:net'
import type { RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { RequestFacts } from './request-facts.ts'
import { compileWildcard } from './wildcard.ts'

export type Predicate = (request: RequestFacts) => boolean

/**
 * Compiles one condition of a listener rule; any of its values may match. Values come in `Values` or in the field's own
 * config, as AWS accepts both.
 *
 * @throws {RangeError} If the field is unknown or asks for something not carried here (regular expressions).
 */
export function compileCondition(condition: RuleCondition): Predicate {
  switch (condition.Field) {
    case 'path-pattern': {
      const patterns = compileAll(valuesOf(condition, condition.PathPatternConfig), { ignoreCase: false })
      return (request) => anyMatches(patterns, request.path)
    }
    case 'host-header': {
      const patterns = compileAll(valuesOf(condition, condition.HostHeaderConfig), { ignoreCase: true })
      return (request) => anyMatches(patterns, request.host)
    }
    case 'http-header': {
      const name = condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase()
      if (!name) throw new RangeError('http-header condition: HttpHeaderConfig.HttpHeaderName is missing')
      const patterns = compileAll(valuesOf(condition, condition.HttpHeaderConfig), { ignoreCase: true })
      return (request) => request.header(name).some((value) => anyMatches(patterns, value))
    }
    case 'http-request-method': {
      const methods = new Set(valuesOf(condition, condition.HttpRequestMethodConfig))
      return (request) => methods.has(request.method)
    }
    case 'query-string':
      return compileQueryString(condition)
    case 'source-ip':
      return compileSourceIp(valuesOf(condition, condition.SourceIpConfig))
    default:
      throw new RangeError(`condition field ${String(condition.Field)} is not known`)
  }
}

interface ConditionConfig {
  readonly Values?: string[] | undefined
  readonly RegexValues?: string[] | undefined
}

function valuesOf(condition: RuleCondition, config: ConditionConfig | undefined): readonly string[] {
  if (condition.RegexValues?.length || config?.RegexValues?.length) {
    throw new RangeError(`${condition.Field} condition: RegexValues are not carried; use wildcards in Values`)
  }
  return config?.Values ?? condition.Values ?? []
}

function compileAll(patterns: readonly string[], options: { ignoreCase: boolean }) {
  return patterns.map((pattern) => compileWildcard(pattern, options))
}

function anyMatches(patterns: readonly ((value: string) => boolean)[], value: string): boolean {
  for (const matches of patterns) if (matches(value)) return true
  return false
}

function compileQueryString(condition: RuleCondition): Predicate {
  const wanted = (condition.QueryStringConfig?.Values ?? []).map(({ Key, Value }) => ({
    key: Key === undefined ? undefined : compileWildcard(Key, { ignoreCase: true }),
    value: compileWildcard(Value ?? '', { ignoreCase: true }),
  }))
  return (request) => {
    for (const pair of request.query.split('&')) {
      const equalsAt = pair.indexOf('=')
      const key = equalsAt < 0 ? pair : pair.slice(0, equalsAt)
      const value = equalsAt < 0 ? '' : pair.slice(equalsAt + 1)
      if (wanted.some((want) => (want.key?.(key) ?? true) && want.value(value))) return true
    }
    return false
  }
}

function compileSourceIp(cidrs: readonly string[]): Predicate {
  const networks = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', bits] = cidr.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    networks.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family)
  }
  return (request) => {
    const address = request.sourceAddress
    return networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  }
}
