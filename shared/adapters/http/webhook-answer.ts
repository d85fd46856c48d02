import * as z from 'zod'
import { redact, redactJson } from '../../domain/redact.ts'
import type { WebhookAnswer } from '../../ports/webhook-judge.ts'

/** Characters of the judge's sentence that are kept: it ends up in the record, in events and in messages. */
const keptReason = 500
/** Bytes of evidence as JSON: each verdict keeps its own, and an item of the store takes 380 KB in all. */
export const largestEvidenceBytes = 8 * 1024

const answerBody = z.object({
  verdict: z.enum(['pass', 'fail', 'no-data']),
  reason: z.string().nullish(),
  evidence: z.record(z.string(), z.unknown()).nullish(),
})

export type Answered = Extract<WebhookAnswer, { status: 'answered' }>

/**
 * Reads the body of a signed answer. Members that are not known are ignored: a judge may say more than we ask.
 *
 * @returns The answer without its time, or the sentence that says what is wrong with it.
 */
export function parseAnswer(body: Uint8Array): Omit<Answered, 'milliseconds'> | string {
  let document: unknown
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return 'the answer is not JSON'
  }
  const parsed = answerBody.safeParse(document)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
    return `the answer is malformed: ${problems.join('; ')}`
  }
  const { verdict, reason, evidence } = parsed.data
  return { status: 'answered', verdict, reason: toSentence(reason ?? ''), ...limited(redactJson(evidence ?? null)) }
}

/** One line, not too long; null when nothing is left. */
function toSentence(reason: string): string | null {
  const line = redact(reason)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  if (line === '') return null
  return line.length > keptReason ? `${line.slice(0, keptReason)}…` : line
}

function limited(evidence: Answered['evidence']): Pick<Answered, 'evidence' | 'note'> {
  const bytes = evidence === null ? 0 : Buffer.byteLength(JSON.stringify(evidence))
  if (bytes <= largestEvidenceBytes) return { evidence, note: null }
  return {
    evidence: null,
    note: `its evidence of ${bytes} bytes was dropped: at most ${largestEvidenceBytes} are kept`,
  }
}
