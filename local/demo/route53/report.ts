import {
  type BadRelease,
  type DemoReport,
  findFaults,
  type Release,
  type RunFacts,
  toBadLines,
  toGoodLines,
  toLastLines,
} from '../report.ts'

/** The report of the plain demo, and what DNS adds. */
export interface Route53Report extends DemoReport {
  readonly good: Release & { readonly observed: ObservedShare }
  readonly bad: BadRelease & { readonly observed: ObservedShare; readonly tail: ObservedTail | null }
  readonly clients: number
  readonly resolvers: number
}

/** What arrived at the canary while its weight was settled; null where nothing was seen. */
export interface ObservedShare {
  /** The canary's weight, percent. */
  readonly weight: number
  /** Percent of the requests that the clients sent. */
  readonly byClients: number | null
  /** Percent by the metrics of the two load balancers, as the API shows it. */
  readonly byLoadBalancers: number | null
}

/** Clients that went on to the bad side after its rollback. */
export interface ObservedTail {
  /** How long it was said to last at most, local seconds from the end of the deployment, and until when. */
  readonly seconds: number
  readonly endsAt: string
  /** When the last of them was sent, local seconds from the end of the deployment; 0 when there was none. */
  readonly lastRequestSeconds: number
  readonly requests: number
  readonly failed: number
}

/** As for the plain demo; and the canary must have had clients, and they must have left in the time that was announced. */
export function findRoute53Faults(report: Route53Report): readonly string[] {
  const { good, bad } = report
  const { tail } = bad
  return [
    ...findFaults(report),
    good.observed.byClients ? '' : 'no request of a client reached the good version while it was the canary',
    good.observed.byLoadBalancers ? '' : 'the API never told what arrived at the good version',
    tail ? '' : 'the API did not tell how long clients may still come to the bad side',
    tail && tail.lastRequestSeconds > tail.seconds
      ? `a client went to the bad side ${tail.lastRequestSeconds} s after the rollback, not at most ${tail.seconds} s`
      : '',
  ].filter((sentence) => sentence !== '')
}

/** The report for a terminal. */
export function toRoute53Text(report: Route53Report, run: RunFacts): string {
  const { good, bad, clients, resolvers } = report
  return [
    ...toGoodLines(good),
    toShareLine(good.observed),
    ...toBadLines(bad, run),
    ...toTailLines(bad.tail, run),
    toShareLine(bad.observed),
    `  clients        ${clients} behind ${resolvers} resolvers, which hold an answer for its TTL, 60 s`,
    ...toLastLines(run),
  ].join('\n')
}

function toShareLine({ weight, byClients, byLoadBalancers }: ObservedShare): string {
  const show = (percent: number | null) => (percent === null ? 'unknown' : `${percent} %`)
  return `    at ${`${weight} %`.padEnd(9)} arrived ${show(byClients)} of what the clients sent; by the load balancers' metrics ${show(byLoadBalancers)}`
}

function toTailLines(tail: ObservedTail | null, { speed }: RunFacts): readonly string[] {
  if (!tail) return ['    tail         unknown']
  const inReal = `${(tail.lastRequestSeconds / speed).toFixed(1)} s on your clock`
  return [
    `    tail         last request to the bad side ${tail.lastRequestSeconds} s after the rollback (${inReal});`,
    `                 announced: at most ${tail.seconds} s; ${tail.requests} requests, ${tail.failed} failed`,
  ]
}
