import * as http from 'node:http'
import * as https from 'node:https'
import { type CheckOutcome, matchesHttpCode } from './target-health.ts'

export interface ProbeRequest {
  readonly protocol: string
  readonly host: string
  readonly port: number
  readonly path: string
  /** Real milliseconds until the answer's status must be here. */
  readonly timeoutMs: number
  readonly matcher: string
}

/**
 * Sends one health check on a connection of its own, as a load balancer does, and judges the status. Never rejects: every
 * way to fail is an outcome. Certificates of HTTPS targets are not checked; an Application Load Balancer does not either.
 */
export function probeTarget(probe: ProbeRequest, signal: AbortSignal): Promise<CheckOutcome> {
  return new Promise((resolve) => {
    const transport = probe.protocol === 'HTTPS' ? https : http
    const finish = (outcome: CheckOutcome) => {
      clearTimeout(timer)
      resolve(outcome)
      request.destroy()
    }
    const request = transport.request({
      host: probe.host,
      port: probe.port,
      path: probe.path,
      agent: false,
      signal,
      rejectUnauthorized: false,
      headers: { 'User-Agent': 'ELB-HealthChecker/2.0', Connection: 'close' },
    })
    const timer = setTimeout(() => finish({ passed: false, reason: 'Target.Timeout' }), probe.timeoutMs)
    request.on('response', (response) => {
      const code = response.statusCode ?? 0
      finish(
        matchesHttpCode(probe.matcher, code)
          ? { passed: true }
          : { passed: false, reason: 'Target.ResponseCodeMismatch', code },
      )
    })
    request.on('error', () => finish({ passed: false, reason: 'Target.FailedHealthChecks' }))
    request.end()
  })
}
