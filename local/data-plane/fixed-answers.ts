import { STATUS_CODES } from 'node:http'
import type { FixedResponseActionConfig, RedirectActionConfig } from '@aws-sdk/client-elastic-load-balancing-v2'
import { buildErrorAnswer, type OwnAnswer } from './own-answer.ts'
import type { RequestFacts } from './request-facts.ts'

/** @throws {RangeError} If the status is not 2XX, 4XX or 5XX. */
export function buildFixedAnswer(config: FixedResponseActionConfig): OwnAnswer {
  const status = Number(config.StatusCode)
  if (!/^[245]\d\d$/.test(config.StatusCode ?? '')) {
    throw new RangeError(`fixed-response StatusCode ${String(config.StatusCode)} is not 2XX, 4XX or 5XX`)
  }
  const body = config.MessageBody ?? ''
  const mediaType = config.ContentType ?? (body === '' ? undefined : 'text/plain')
  const contentType = mediaType && `${mediaType}; charset=utf-8`
  return { status, statusText: STATUS_CODES[status] ?? '', contentType, body }
}

/** The request's address in the parts that a redirect may keep. */
export interface RedirectedAddress {
  readonly protocol: 'http' | 'https'
  readonly host: string
  readonly port: number
  readonly path: string
  readonly query: string
}

/**
 * Where a redirect action sends a request. `#{protocol}`, `#{host}`, `#{port}`, `#{path}` (without its first slash) and
 * `#{query}` stand for the request's own; a part that is left out is kept.
 */
export function buildLocation(config: RedirectActionConfig, from: RedirectedAddress): string {
  const parts: Readonly<Record<string, string>> = {
    protocol: from.protocol,
    host: from.host,
    port: String(from.port),
    path: from.path.replace(/^\//, ''),
    query: from.query,
  }
  const fill = (template: string) =>
    template.replace(/#\{(protocol|host|port|path|query)\}/g, (_, name: string) => parts[name] ?? '')
  const protocol = fill(config.Protocol ?? '#{protocol}').toLowerCase()
  const host = fill(config.Host ?? '#{host}')
  const port = fill(config.Port ?? '#{port}')
  const path = fill(config.Path ?? '/#{path}')
  const query = fill(config.Query ?? '#{query}')
  return `${protocol}://${host}:${port}${path.startsWith('/') ? path : `/${path}`}${query === '' ? '' : `?${query}`}`
}

export function buildRedirectAnswer(config: RedirectActionConfig, facts: RequestFacts, port: number): OwnAnswer {
  const location = buildLocation(config, {
    protocol: 'http',
    host: facts.host,
    port,
    path: facts.path,
    query: facts.query,
  })
  return { ...buildErrorAnswer(config.StatusCode === 'HTTP_302' ? 302 : 301), location }
}
