import type { Histogram } from './response-time-histogram.ts'

/** One minute of one target group behind one load balancer. Plain fields: the hot path only adds. */
export interface GroupCounters {
  requests: number
  /** By first digit of the status: index 2 counts 2XX. */
  readonly codes: number[]
  connectionErrors: number
  /** Requests that went to any target because too few were healthy. */
  unhealthyRouting: number
  readonly responseTimes: Histogram
  /** Host counts seen in this minute, and how often. */
  readonly healthyHosts: Histogram
  readonly unhealthyHosts: Histogram
}

/** One minute of what a load balancer answered itself, and of its connections. */
export interface BalancerCounters {
  /** By first digit of the status. */
  readonly codes: number[]
  /** By status, for those with a metric of their own: 500, 502, 503, 504. */
  readonly exactCodes: Map<number, number>
  fixedResponses: number
  redirects: number
  newConnections: number
  activeConnections: number
  processedBytes: number
  readonly groups: Map<string, GroupCounters>
}

export function createGroupCounters(): GroupCounters {
  return {
    requests: 0,
    codes: [0, 0, 0, 0, 0, 0],
    connectionErrors: 0,
    unhealthyRouting: 0,
    responseTimes: new Map(),
    healthyHosts: new Map(),
    unhealthyHosts: new Map(),
  }
}

export function createBalancerCounters(): BalancerCounters {
  return {
    codes: [0, 0, 0, 0, 0, 0],
    exactCodes: new Map(),
    fixedResponses: 0,
    redirects: 0,
    newConnections: 0,
    activeConnections: 0,
    processedBytes: 0,
    groups: new Map(),
  }
}

/** The counters of one group behind this load balancer; made at its first use. */
export function groupCountersOf(balancer: BalancerCounters, groupDimension: string): GroupCounters {
  let counters = balancer.groups.get(groupDimension)
  if (!counters) {
    counters = createGroupCounters()
    balancer.groups.set(groupDimension, counters)
  }
  return counters
}

/** Counts an answer that the load balancer gave itself. */
export function countOwnAnswer(balancer: BalancerCounters, status: number): void {
  addCode(balancer.codes, status)
  if (status === 500 || status === 502 || status === 503 || status === 504) {
    balancer.exactCodes.set(status, (balancer.exactCodes.get(status) ?? 0) + 1)
  }
}

export function addCode(codes: number[], status: number): void {
  const digit = Math.floor(status / 100)
  codes[digit] = (codes[digit] ?? 0) + 1
}

/** Counts to zero, in place: the hot path keeps its references over the turn of the minute. */
export function clearGroup(counters: GroupCounters): void {
  counters.requests = 0
  counters.codes.fill(0)
  counters.connectionErrors = 0
  counters.unhealthyRouting = 0
  counters.responseTimes.clear()
  counters.healthyHosts.clear()
  counters.unhealthyHosts.clear()
}

/** Counts to zero, in place; open connections stay counted. */
export function clearBalancer(counters: BalancerCounters): void {
  counters.codes.fill(0)
  counters.exactCodes.clear()
  counters.fixedResponses = 0
  counters.redirects = 0
  counters.newConnections = 0
  counters.processedBytes = 0
}
