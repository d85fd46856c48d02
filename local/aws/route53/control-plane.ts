import type { Resolve } from '../../data-plane/dns/resolve.ts'
import type { BalancerSource } from '../../data-plane/dns/zone-source.ts'
import type { ChangeLog } from './change-log.ts'
import { refuseValue } from './errors.ts'
import type { HealthChecks } from './health-checks.ts'
import type { RequestLimits } from './request-limits.ts'
import type { TagStore } from './tags.ts'
import type { ZoneStore } from './zone-store.ts'

/** What every operation works with. */
export interface ControlPlane {
  readonly zones: ZoneStore
  readonly changes: ChangeLog
  readonly healthChecks: HealthChecks
  readonly tags: TagStore
  readonly limits: RequestLimits
  /** The local load balancers; absent: aliases of load balancers are taken on trust. */
  readonly balancers: BalancerSource | undefined
  /** Answers as the DNS server does, without taking a turn from its clients. */
  readonly resolve: Resolve
}

const longestReference = 128
const longestComment = 256

/** @throws {AwsError} `InvalidInput`. @param most - Characters. Default 128. */
export function checkReference(reference: string | undefined, most = longestReference): string {
  if (reference === undefined) return refuseValue('callerReference', reference, 'Member must not be null')
  if (reference.length < 1)
    refuseValue('callerReference', reference, 'Member must have length greater than or equal to 1')
  if (reference.length > most)
    refuseValue('callerReference', reference, `Member must have length less than or equal to ${most}`)
  return reference
}

/** @param path - Of the member. @throws {AwsError} `InvalidInput` over 256 characters. */
export function checkComment(path: string, comment: string | undefined): string | undefined {
  if (comment !== undefined && comment.length > longestComment)
    refuseValue(path, comment, `Member must have length less than or equal to ${longestComment}`)
  return comment
}
