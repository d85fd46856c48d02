import { redact } from '../redact.ts'
import { isExpectedStatus, isSameJson, parseJsonPath, parseStatusRanges, valueAt } from './expectation.ts'
import type { GateMemory, Judgement, LookContext, ProbeGate } from './gate.ts'
import { judgeLook } from './looks.ts'

export type ProbeAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string; readonly milliseconds: number }
  /** Refused, reset, timed out, unresolvable: the reason in words. */
  | { readonly kind: 'no-answer'; readonly reason: string; readonly milliseconds: number }
  /** The address is none that may be called: says nothing of the version. The reason in words. */
  | { readonly kind: 'not-sent'; readonly reason: string }

/** How much of a body the evidence keeps, characters: enough to recognise an error page, small enough for the record. */
const keptBody = 200

/**
 * Fails after `failures` bad answers in a row. No answer is a bad answer: a version that does not answer is not healthy.
 * `successes` good answers in a row make it `pass` before traffic, and end a bad streak in a step. A probe that could not be
 * sent is `error`.
 */
export function judgeProbe(gate: ProbeGate, answer: ProbeAnswer, memory: GateMemory, look: LookContext): Judgement {
  const { expectStatus, expectBody, failures, successes } = gate
  const evidence = {
    source: gate.url,
    expected: { status: expectStatus, ...(expectBody && { body: expectBody }) },
    answer: answer.kind === 'answer' ? { ...answer, body: redact(answer.body).slice(0, keptBody) } : answer,
    failures,
    successes,
  }
  const rule = { failures, successes, failsWhileVerifying: true }
  if (answer.kind === 'not-sent')
    return judgeLook(gate, rule, { type: 'miss', outcome: 'error', reason: answer.reason, evidence }, memory, look)
  const { good, reason } = evaluateProbe(gate, answer)
  return judgeLook(gate, rule, { type: good ? 'good' : 'bad', reason, evidence }, memory, look)
}

/**
 * Whether one answer is what the gate expects, and why.
 *
 * @throws {ValidationError} If the gate's statuses or JSON path cannot be parsed; they are checked when it is stored.
 */
export function evaluateProbe(
  gate: Pick<ProbeGate, 'expectStatus' | 'expectBody'>,
  answer: Exclude<ProbeAnswer, { readonly kind: 'not-sent' }>,
): { readonly good: boolean; readonly reason: string } {
  if (answer.kind === 'no-answer') return { good: false, reason: `no answer: ${answer.reason}` }
  if (!isExpectedStatus(parseStatusRanges(gate.expectStatus), answer.status)) {
    return { good: false, reason: `answered ${answer.status}, expected ${gate.expectStatus}` }
  }
  const wrong = gate.expectBody === undefined ? null : wrongBody(gate.expectBody, answer.body)
  if (wrong !== null) return { good: false, reason: `answered ${answer.status}, but ${wrong}` }
  return { good: true, reason: `answered ${answer.status} in ${answer.milliseconds} ms` }
}

function wrongBody(expected: NonNullable<ProbeGate['expectBody']>, body: string): string | null {
  if ('text' in expected) {
    return body.includes(expected.text) ? null : `the body does not contain ${JSON.stringify(expected.text)}`
  }
  const path = parseJsonPath(expected.path)
  const document = parseJson(body)
  if (document === undefined) return 'the body is not JSON'
  const value = valueAt(document, path)
  if (isSameJson(value, expected.value)) return null
  const found = value === undefined ? 'nothing' : redact(JSON.stringify(value)).slice(0, keptBody)
  return `${expected.path} is ${found}, expected ${JSON.stringify(expected.value)}`
}

/** The document, or undefined (which no JSON text means) when the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
