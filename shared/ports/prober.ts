import type { ProbeAnswer } from '../domain/gates/probe.ts'

export type { ProbeAnswer }

/** Sends one HTTP request to a version and reads the answer. */
export interface Prober {
  /** Never throws for what the other side does: no answer is an answer. Follows no redirect. */
  probe(request: ProbeRequest): Promise<ProbeAnswer>
}

export interface ProbeRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  /** Real milliseconds. */
  readonly timeoutMs: number
}
