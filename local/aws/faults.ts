import { z } from 'zod'

const faultSchema = z
  .strictObject({
    /** Signing name of the service; absent: every service. */
    service: z.string().min(1).optional(),
    /** Operation, as AWS spells it; absent: every operation. */
    action: z.string().min(1).optional(),
    kind: z.enum(['throttle', 'error', 'lost-answer', 'latency']),
    /** Share of matching calls that are hit. */
    rate: z.number().min(0).max(1).default(1),
    /** How many calls it hits before it is spent; absent: no end. */
    count: z.int().min(1).optional(),
    /** Real milliseconds before the call is looked at. */
    latencyMs: z.int().min(0).max(600_000).optional(),
    /** Code of the error, as AWS spells it. */
    code: z.string().min(1).optional(),
    status: z.int().min(400).max(599).optional(),
    message: z.string().min(1).optional(),
  })
  .superRefine((fault, context) => {
    const report = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (fault.kind === 'latency' && fault.latencyMs === undefined) report('latencyMs', 'is required for kind latency')
    if (fault.kind === 'error') return
    for (const field of ['code', 'status', 'message'] as const) {
      if (fault[field] !== undefined) report(field, 'is allowed for kind error only')
    }
  })

/** Body of `PUT /_local/faults`. */
export const faultsSchema = z.strictObject({
  faults: z.array(faultSchema).max(100),
  /** Makes the rates reproducible: the same seed and the same calls hit the same calls. */
  seed: z.int().min(0).max(0xffffffff).optional(),
})

export type Fault = z.output<typeof faultSchema>

/** A fault and how often it has hit. */
export type FaultInForce = Fault & { readonly hits: number }

/** What happens to one call. */
export interface FaultDecision {
  /** Real milliseconds to wait first. */
  readonly latencyMs: number
  /** The fault that decides the call's end; undefined when it goes through. */
  readonly fault: (Fault & { readonly kind: 'throttle' | 'error' | 'lost-answer' }) | undefined
}

/** The faults in force at the endpoint. */
export interface Faults {
  /** Puts these in place of all others. `seed` starts the dice anew. */
  replace(faults: readonly Fault[], seed?: number): void
  list(): readonly FaultInForce[]
  /** Decides one call: latencies add up, and the first other fault that hits decides its end. */
  decide(call: { readonly service: string; readonly action: string | undefined }): FaultDecision
}

/** @param random - Numbers from 0 up to 1. Default: `Math.random`. */
export function createFaults(random: () => number = Math.random): Faults {
  let dice = random
  let entries: { readonly fault: Fault; hits: number }[] = []

  function hits(entry: { readonly fault: Fault; hits: number }): boolean {
    const { count, rate } = entry.fault
    if (count !== undefined && entry.hits >= count) return false
    if (rate < 1 && dice() >= rate) return false
    entry.hits++
    return true
  }

  return {
    replace(faults, seed) {
      entries = faults.map((fault) => ({ fault, hits: 0 }))
      if (seed !== undefined) dice = createSeededRandom(seed)
    },
    list: () => entries.map(({ fault, hits }) => ({ ...fault, hits })),
    decide({ service, action }) {
      let latencyMs = 0
      for (const entry of entries) {
        const { fault } = entry
        if (fault.service !== undefined && fault.service !== service) continue
        if (fault.action !== undefined && fault.action !== action) continue
        if (!hits(entry)) continue
        latencyMs += fault.latencyMs ?? 0
        if (fault.kind !== 'latency') return { latencyMs, fault: { ...fault, kind: fault.kind } }
      }
      return { latencyMs, fault: undefined }
    },
  }
}

/**
 * Numbers from 0 up to 1 that repeat for the same seed.
 * @see Mulberry32 by Tommy Ettinger, public domain
 */
export function createSeededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
