import { isDeepStrictEqual } from 'node:util'
import type { HealthCheck, HealthCheckConfig } from '@aws-sdk/client-route-53'
import type { HealthSource } from '../../data-plane/dns/zone-source.ts'
import { newCheckState } from '../../data-plane/route53-health/check-state.ts'
import type { EndpointRecord, HealthMonitor } from '../../data-plane/route53-health/monitor.ts'
import { judgeCheck, type Verdict } from '../../data-plane/route53-health/verdict.ts'
import { refuse } from './errors.ts'

/** A health check as it is kept; `config` is complete. Plain JSON, as it is saved. */
export interface HealthCheckRecord {
  readonly id: string
  readonly callerReference: string
  readonly version: number
  readonly config: HealthCheckConfig
}

/** The health checks, and what they say. */
export interface HealthChecks {
  /** Adds a health check or replaces the one of its id, and checks as it says from now on. */
  put(check: HealthCheckRecord): void
  delete(id: string): void
  has(id: string): boolean
  /** @throws {AwsError} `NoSuchHealthCheck`. */
  get(id: string): HealthCheckRecord
  /** Oldest first. */
  list(): readonly HealthCheckRecord[]
  /** The health check with that caller reference; `deleted` where there was one. */
  findByReference(callerReference: string): HealthCheckRecord | 'deleted' | undefined
  /** What its checks saw; nothing for a calculated one. */
  seenOf(id: string): EndpointRecord
  /** Undefined: there is none with that id. */
  verdictOf(id: string): Verdict | undefined
  /** For the DNS server. */
  readonly source: HealthSource
  save(): SavedHealthChecks
  load(saved: SavedHealthChecks): void
  clear(): void
}

export interface SavedHealthChecks {
  readonly checks: readonly (readonly [HealthCheckRecord, EndpointRecord])[]
  readonly deletedReferences: readonly string[]
}

export function createHealthChecks(monitor: HealthMonitor): HealthChecks {
  const checks = new Map<string, HealthCheckRecord>()
  const deletedReferences = new Set<string>()

  function put(check: HealthCheckRecord, known?: EndpointRecord): void {
    const before = checks.get(check.id)
    checks.set(check.id, check)
    if (!isChecked(check.config)) monitor.pause(check.id)
    else if (!isDeepStrictEqual(before?.config, check.config)) monitor.watch(check.id, check.config, known)
  }

  /** Children are no calculated checks themselves, so this goes no deeper. */
  function verdictOf(id: string): Verdict | undefined {
    const check = checks.get(id)
    if (!check) return undefined
    const state = check.config.Type === 'CALCULATED' ? newCheckState : monitor.recordOf(id).state
    return judgeCheck(check.config, state, verdictOf)
  }

  function clear(): void {
    monitor.forgetAll()
    checks.clear()
    deletedReferences.clear()
  }

  return {
    put,
    delete(id) {
      const check = checks.get(id)
      if (check) deletedReferences.add(check.callerReference)
      checks.delete(id)
      monitor.forget(id)
    },
    has: (id) => checks.has(id),
    get(id) {
      const message = `A health check with id ${id} does not exist.`
      return checks.get(id) ?? refuse('NoSuchHealthCheck', message, 404)
    },
    list: () => [...checks.values()],
    findByReference(callerReference) {
      const check = [...checks.values()].find((each) => each.callerReference === callerReference)
      return check ?? (deletedReferences.has(callerReference) ? 'deleted' : undefined)
    },
    seenOf: (id) => monitor.recordOf(id),
    verdictOf,
    source: { isHealthy: (id) => verdictOf(id)?.isHealthy ?? null },
    save: () => ({
      checks: [...checks.values()].map((check) => [check, monitor.recordOf(check.id)] as const),
      deletedReferences: [...deletedReferences],
    }),
    load(saved) {
      clear()
      for (const [check, known] of saved.checks) put(check, known)
      for (const reference of saved.deletedReferences) deletedReferences.add(reference)
    },
    clear,
  }
}

/** As the API answers it. */
export function showHealthCheck({ id, callerReference, version, config }: HealthCheckRecord): HealthCheck {
  return { Id: id, CallerReference: callerReference, HealthCheckConfig: config, HealthCheckVersion: version }
}

function isChecked({ Type, Disabled }: HealthCheckConfig): boolean {
  return Type !== 'CALCULATED' && !Disabled
}
