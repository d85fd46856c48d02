import type { TargetDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import { Pool } from 'undici'
import { type CheckRecord, newCheckRecord } from './target-health.ts'

/** One registered target: where it is, what is known of it, and its connections. */
export interface Target {
  readonly id: string
  readonly port: number
  readonly availabilityZone: string | undefined
  /** `http://10.0.0.1:8080`. */
  readonly origin: string
  /** Kept-alive connections, one request at a time on each; made at the first request. */
  pool: Pool | undefined
  checks: CheckRecord
  draining: boolean
  /** Requests sent and not answered to the end. */
  inFlight: number
  /** When its last answer ended, in milliseconds of `performance.now`; 0 before the first. */
  lastAnswerAt: number
  /** Local milliseconds when slow start began; undefined when it takes its full share. */
  slowStartAt: number | undefined
  /** Running credit of the slow-start choice. */
  credit: number
}

/** Identity of a target within its group. */
export function targetKey(target: { readonly id: string; readonly port: number }): string {
  return `${target.id}:${target.port}`
}

export function createTarget(description: TargetDescription, group: { protocol: string; port: number }): Target {
  const id = description.Id ?? ''
  const port = description.Port ?? group.port
  const scheme = group.protocol === 'HTTPS' ? 'https' : 'http'
  const origin = `${scheme}://${id.includes(':') ? `[${id}]` : id}:${port}`
  return {
    id,
    port,
    availabilityZone: description.AvailabilityZone,
    origin,
    pool: undefined,
    checks: newCheckRecord,
    draining: false,
    inFlight: 0,
    lastAnswerAt: 0,
    slowStartAt: undefined,
    credit: 0,
  }
}

/** The target's connections. Late, because what cannot be reached over HTTP (a Lambda function) may be registered too. */
export function poolOf(target: Target): Pool {
  // A load balancer neither limits its connections to a target nor checks its certificate.
  target.pool ??= new Pool(target.origin, { connections: null, pipelining: 1, connect: { rejectUnauthorized: false } })
  return target.pool
}
