import type { MiddlewareHandler } from 'hono'
import { secureHeaders } from 'hono/secure-headers'
import type { Mode } from './actor.ts'

/** Nothing may be loaded, run, sent or framed: answers are data. A page says itself what it needs beyond that. */
const closed = { defaultSrc: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] }

/**
 * What browsers are told with every answer. There is no `Access-Control-Allow-Origin`: pages of other origins read nothing
 * here. On AWS the API has HTTPS only, and says so for two years.
 */
export function securityHeaders(mode: Mode): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: closed,
    strictTransportSecurity: mode === 'lambda' ? 'max-age=63072000' : false,
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    crossOriginResourcePolicy: 'same-origin',
    crossOriginOpenerPolicy: 'same-origin',
    // The page of the documentation brings a policy of its own.
    overwrite: false,
    // What old browsers knew, and never anything but trouble.
    xXssProtection: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xDnsPrefetchControl: false,
  })
}
