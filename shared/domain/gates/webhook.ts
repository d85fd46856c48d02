import type { Slot } from '../traffic.ts'
import type { GateMemory, Judgement, LookContext, WebhookGate } from './gate.ts'
import { judgeLook, type Seen } from './looks.ts'

/** What a gate's own judge is asked, as JSON. Names are those of the API. */
export interface WebhookQuestion {
  /** Id of the deployment. */
  readonly deployment: string
  readonly service: string
  /** Name of the gate. */
  readonly gate: string
  readonly stable: Slot
  readonly canary: Slot
  /** Zero-based. */
  readonly step: number
  /** The canary's share now, percent; 0 before traffic. */
  readonly weight: number
  readonly effectiveWeight: number
  /** ISO 8601, local time. */
  readonly at: string
  /** Before the first shift, or during the steps. */
  readonly moment: 'before' | 'during'
}

export type WebhookAnswer =
  /** Signed by the judge and well formed. */
  | {
      readonly status: 'answered'
      readonly verdict: 'pass' | 'fail' | 'no-data'
      /** One sentence of the judge; null where it gave none. */
      readonly reason: string | null
      /** Plain JSON of the judge; null where it gave none or too much. */
      readonly evidence: Readonly<Record<string, unknown>> | null
      /** Why something of the answer was left out; null: nothing was. */
      readonly note: string | null
      readonly milliseconds: number
    }
  /** Nothing to go by: no answer, or one that is unsigned, wrongly signed or malformed. The reason in words. */
  | { readonly status: 'error'; readonly reason: string }

/**
 * Fails at once when the judge says `fail`, before traffic too: it answers for what it says, so it is asked for no
 * second opinion. An answer that nobody can trust is `error`, never a word in either direction.
 */
export function judgeWebhook(
  gate: WebhookGate,
  answer: WebhookAnswer,
  memory: GateMemory,
  look: LookContext,
): Judgement {
  const rule = { failures: 1, successes: 1, failsWhileVerifying: true }
  return judgeLook(gate, rule, see(gate, answer), memory, look)
}

function see(gate: WebhookGate, answer: WebhookAnswer): Seen {
  const evidence = { source: gate.url, answer }
  if (answer.status === 'error') return { type: 'miss', outcome: 'error', reason: answer.reason, evidence }
  const reason = `the judge says ${answer.verdict}${answer.reason === null ? '' : `: ${answer.reason}`}`
  switch (answer.verdict) {
    case 'pass':
      return { type: 'good', reason, evidence }
    case 'fail':
      return { type: 'bad', reason, evidence }
    case 'no-data':
      return { type: 'miss', outcome: 'no-data', reason, evidence }
  }
}
