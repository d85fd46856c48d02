import type { WebhookAnswer, WebhookQuestion } from '../domain/gates/webhook.ts'

export type { WebhookAnswer, WebhookQuestion }

/** Asks a judge of the user's own over HTTP. Both sides sign with one secret. */
export interface WebhookJudge {
  /**
   * Never throws for what the other side does: an answer that cannot be trusted is an `error` that says why. Follows no
   * redirect.
   */
  ask(request: WebhookRequest): Promise<WebhookAnswer>
}

export interface WebhookRequest {
  readonly url: string
  /** Never logged, never part of an answer. */
  readonly secret: string
  readonly question: WebhookQuestion
  /** Real milliseconds for the whole answer, its body included. */
  readonly timeoutMs: number
}
