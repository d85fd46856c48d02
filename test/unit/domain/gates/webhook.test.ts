import { describe, expect, it } from 'vitest'
import { emptyMemory, type GateMemory } from '../../../../shared/domain/gates/gate.ts'
import { judgeWebhook, type WebhookAnswer } from '../../../../shared/domain/gates/webhook.ts'
import { aLook, aVerifyingLook, aWebhookGate } from '../../../support/gates.ts'

function says(verdict: 'pass' | 'fail' | 'no-data', reason: string | null = null): WebhookAnswer {
  return { status: 'answered', verdict, reason, evidence: { orders: 12 }, note: null, milliseconds: 20 }
}
const failed: WebhookAnswer = { status: 'error', reason: 'the answer is not signed' }

const judge = (answer: WebhookAnswer, look = aLook(60), memory = emptyMemory(0)) =>
  judgeWebhook(aWebhookGate(), answer, memory, look)

describe('judgeWebhook', () => {
  it.each<{ answer: WebhookAnswer; outcome: string; reason: string }>([
    { answer: says('pass'), outcome: 'pass', reason: 'the judge says pass' },
    { answer: says('pass', 'orders are fine'), outcome: 'pass', reason: 'the judge says pass: orders are fine' },
    {
      answer: says('fail', 'orders fell by 40 %'),
      outcome: 'fail',
      reason: '1 of 1 bad looks in a row: the judge says fail: orders fell by 40 %',
    },
    { answer: says('no-data', 'night'), outcome: 'no-data', reason: 'the judge says no-data: night' },
    { answer: failed, outcome: 'error', reason: 'the answer is not signed' },
  ])('is $outcome, before traffic and in a step: $reason', ({ answer, outcome, reason }) => {
    for (const look of [aLook(60), aVerifyingLook(60)]) {
      const { verdict, settled } = judge(answer, look, emptyMemory(look.step))
      expect(verdict).toMatchObject({ outcome, reason })
      expect(settled).toBe(outcome === 'pass')
    }
  })

  it('keeps where it asked and what was answered', () => {
    expect(judge(says('pass', 'fine')).verdict.evidence).toEqual({
      source: 'https://{side}.example.com/judge',
      answer: says('pass', 'fine'),
      badInARow: 0,
      goodInARow: 1,
      misses: 0,
      lookedAt: '2026-01-01T12:01:00.000Z',
    })
  })

  it('fails at once even just after a good look that counted', () => {
    const { memory } = judge(says('pass'), aLook(60))
    expect(judge(says('fail'), aLook(61), memory).verdict.outcome).toBe('fail')
  })

  it('spends misses on errors and on no data alike, after the grace', () => {
    let memory: GateMemory = emptyMemory(0)
    const spent = [60, 300, 360, 420].map((seconds, index) => {
      const judgement = judge(index % 2 === 0 ? failed : says('no-data'), aLook(seconds), memory)
      memory = judgement.memory
      return [judgement.verdict.outcome, memory.misses, judgement.missesSpent]
    })
    expect(spent).toEqual([
      ['error', 0, false],
      ['no-data', 1, false],
      ['error', 2, false],
      ['no-data', 3, true],
    ])
  })
})
