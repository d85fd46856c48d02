import { burstDeciders, type DeciderId, everyone, lateDeciders, provers } from './deciders.ts'
import type { From, Scenario } from './traffic.ts'

/** One situation, and who is asked about it. */
export interface Cell {
  /** Words for `--cell`. */
  readonly id: string
  readonly title: string
  readonly scenario: Scenario
  readonly deciders: readonly DeciderId[]
  readonly question: /** The release is as good as the old version: every rollback is a false one. */
    | { readonly kind: 'good' }
    /** It is worse, from this minute on. */
    | { readonly kind: 'bad'; readonly faultAt: number }
    /** How soon is it proven to be below `limit` (fraction); `isBad`: it is not, so that every proof is a false one. */
    | { readonly kind: 'promote'; readonly limit: number; readonly isBad: boolean }
}

const usual = 0.001
const constant = (value: number): readonly From[] => [{ minute: 0, value }]
const independent = 1

/** Rates in per cent of a canary that is bad from the start; beside each what it is called in an id. */
const badRates = [0.2, 0.5, 1, 5] as const

/** In the order of the report. */
export const cells: readonly Cell[] = [
  ...[1000, 10_000].flatMap((perMinute) => [
    good(`good-${perMinute}`, `good release, ${rate(perMinute)}`, plain(perMinute, 10, usual)),
    ...badRates.map((percent) => bad({ perMinute, weight: 10, percent, faultAt: 0 })),
  ]),
  ...[1, 0.5].map((percent) => bad({ perMinute: 10_000, weight: 5, percent, faultAt: 0 })),
  ...[100, 1000, 10_000].map((perMinute) =>
    good(`incident-${perMinute}`, `both versions at 3 % for ten minutes, ${rate(perMinute)}`, {
      ...plain(perMinute, 10, usual),
      stable: incident(),
      canary: incident(),
    }),
  ),
  ...[100, 1000, 10_000].map((perMinute) =>
    good(`normal-0.9-${perMinute}`, `service normally at 0.9 % errors, ${rate(perMinute)}`, {
      ...plain(perMinute, 10, 0.009),
      stable: constant(0.009),
    }),
  ),
  ...[1000, 10_000].map((perMinute) =>
    good(`steps-${perMinute}`, `weight 5 to 50 % in four steps, ${rate(perMinute)}`, {
      ...plain(perMinute, 5, usual),
      weights: [5, 10, 25, 50].map((value, step) => ({ minute: 15 * step, value })),
    }),
  ),
  ...[1000, 10_000].flatMap((perMinute) =>
    [1, 5].map((percent) => bad({ perMinute, weight: 10, percent, faultAt: 30 })),
  ),
  ...[1000, 10_000].flatMap((perMinute) => [2, 5].map((burst) => bursty(perMinute, burst))),
  ...[1000, 10_000].map(burstyAndBad),
  ...[1000, 10_000].flatMap((perMinute) => promotions(perMinute)),
]

function plain(perMinute: number, weight: number, canaryRate: number): Scenario {
  return {
    perMinute,
    weights: constant(weight),
    stable: constant(usual),
    canary: constant(canaryRate),
    burst: independent,
  }
}

function incident(): readonly From[] {
  return [...constant(usual), { minute: 20, value: 0.03 }, { minute: 30, value: usual }]
}

function good(id: string, title: string, scenario: Scenario): Cell {
  return { id, title, scenario, deciders: everyone, question: { kind: 'good' } }
}

function bad(of: { perMinute: number; weight: number; percent: number; faultAt: number }): Cell {
  const { perMinute, weight, percent, faultAt } = of
  const later = faultAt === 0 ? '' : ` from minute ${faultAt}`
  const id = [faultAt === 0 ? 'bad' : 'late', perMinute, ...(weight === 10 ? [] : [`w${weight}`]), percent].join('-')
  const canary =
    faultAt === 0 ? constant(percent / 100) : [...constant(usual), { minute: faultAt, value: percent / 100 }]
  return {
    id,
    title: `canary at ${percent} % errors${later}, ${rate(perMinute)}, weight ${weight} %`,
    scenario: { ...plain(perMinute, weight, usual), canary },
    deciders: faultAt === 0 ? everyone : lateDeciders,
    question: { kind: 'bad', faultAt },
  }
}

function bursty(perMinute: number, burst: number): Cell {
  return {
    ...good(`burst${burst}-${perMinute}`, `good release, errors in bursts of ${burst}, ${rate(perMinute)}`, {
      ...plain(perMinute, 10, usual),
      burst,
    }),
    deciders: burstDeciders,
  }
}

function burstyAndBad(perMinute: number): Cell {
  const { scenario } = bad({ perMinute, weight: 10, percent: 1, faultAt: 0 })
  return {
    id: `burst5-bad-${perMinute}`,
    title: `canary at 1 % errors, errors in bursts of 5, ${rate(perMinute)}`,
    scenario: { ...scenario, burst: 5 },
    deciders: burstDeciders,
    question: { kind: 'bad', faultAt: 0 },
  }
}

function promotions(perMinute: number): readonly Cell[] {
  const limits = perMinute === 1000 ? [1, 0.5] : [1, 0.5, 0.2]
  return limits.flatMap((limit) =>
    [0, 0.1, ...badRates.slice(0, 3)].map((percent) => ({
      id: `promote-${perMinute}-limit${limit}-${percent}`,
      title: `canary at ${percent} % errors, limit ${limit} %, ${rate(perMinute)}`,
      scenario: plain(perMinute, 10, percent / 100),
      deciders: provers,
      question: { kind: 'promote' as const, limit: limit / 100, isBad: percent >= limit },
    })),
  )
}

function rate(perMinute: number): string {
  return `${perMinute.toLocaleString('en')}/min`
}
