import { describe, expect, it } from 'vitest'
import { emptyMemory, type Judgement, type LookContext, type ProbeGate } from '../../../../shared/domain/gates/gate.ts'
import { evaluateProbe, judgeProbe, type ProbeAnswer } from '../../../../shared/domain/gates/probe.ts'
import { aLook, aProbeGate, aVerifyingLook } from '../../../support/gates.ts'

const answer = (status: number, body = '') => ({ kind: 'answer', status, body, milliseconds: 12 }) as const
const noAnswer = { kind: 'no-answer', reason: 'connection refused', milliseconds: 3 } as const
const notSent = { kind: 'not-sent', reason: 'not sent: the address is a private address' } as const

describe('evaluateProbe', () => {
  it.each<{
    name: string
    gate: Partial<ProbeGate>
    answer: Parameters<typeof evaluateProbe>[1]
    good: boolean
    reason: string
  }>([
    { name: 'an expected status', gate: {}, answer: answer(204), good: true, reason: 'answered 204 in 12 ms' },
    { name: 'another status', gate: {}, answer: answer(503), good: false, reason: 'answered 503, expected 200-299' },
    { name: 'no answer', gate: {}, answer: noAnswer, good: false, reason: 'no answer: connection refused' },
    {
      name: 'a body with the text',
      gate: { expectBody: { text: 'fine' } },
      answer: answer(200, 'all fine here'),
      good: true,
      reason: 'answered 200 in 12 ms',
    },
    {
      name: 'a body without it',
      gate: { expectBody: { text: 'fine' } },
      answer: answer(200, 'Fine'),
      good: false,
      reason: 'answered 200, but the body does not contain "fine"',
    },
    {
      name: 'the value at a path',
      gate: { expectBody: { path: '$.checks[0].ok', value: true } },
      answer: answer(200, '{"checks":[{"ok":true}]}'),
      good: true,
      reason: 'answered 200 in 12 ms',
    },
    {
      name: 'another value',
      gate: { expectBody: { path: '$.version', value: '2' } },
      answer: answer(200, '{"version":2}'),
      good: false,
      reason: 'answered 200, but $.version is 2, expected "2"',
    },
    {
      name: 'no value',
      gate: { expectBody: { path: '$.version', value: null } },
      answer: answer(200, '{}'),
      good: false,
      reason: 'answered 200, but $.version is nothing, expected null',
    },
    {
      name: 'a body that is not JSON',
      gate: { expectBody: { path: '$.version', value: '2' } },
      answer: answer(200, '<html>'),
      good: false,
      reason: 'answered 200, but the body is not JSON',
    },
  ])('finds $name good: $good', ({ gate, answer, good, reason }) => {
    expect(evaluateProbe(aProbeGate(gate), answer)).toEqual({ good, reason })
  })
})

describe('judgeProbe', () => {
  const good = answer(200)
  const bad = answer(500, 'x'.repeat(1000))

  function words(answers: readonly ProbeAnswer[], lookAt: (seconds: number) => LookContext): readonly string[] {
    let memory = emptyMemory(0)
    return answers.map((one, index) => {
      const judgement: Judgement = judgeProbe(aProbeGate(), one, memory, lookAt(index * 60))
      memory = judgement.memory
      return judgement.verdict.outcome + (judgement.settled ? '*' : '')
    })
  }

  it.each([
    { name: 'one good answer settles a step', answers: [good], expected: ['pass*'] },
    { name: 'three bad answers fail', answers: [bad, noAnswer, bad], expected: ['pass', 'pass', 'fail'] },
    {
      name: 'a probe that is not sent is an error, and no bad answer',
      answers: [bad, notSent, bad],
      expected: ['pass', 'error', 'pass'],
    },
    { name: 'two good ones end a bad streak', answers: [bad, good, good], expected: ['pass', 'pass', 'pass*'] },
  ])('$name', ({ answers, expected }) => {
    expect(words(answers, aLook)).toEqual(expected)
  })

  it.each([
    { name: 'passes after two good answers', answers: [good, good], expected: ['no-data', 'pass*'] },
    { name: 'fails after three bad ones', answers: [bad, bad, noAnswer], expected: ['no-data', 'no-data', 'fail'] },
  ])('before traffic $name', ({ answers, expected }) => {
    expect(words(answers, aVerifyingLook)).toEqual(expected)
  })

  it('says why a probe was not sent', () => {
    expect(judgeProbe(aProbeGate(), notSent, emptyMemory(0), aLook(60)).verdict).toMatchObject({
      outcome: 'error',
      reason: notSent.reason,
      evidence: { source: 'http://{side}.example.com/health', answer: notSent },
    })
  })

  it('keeps the answer, shortened, and what was expected', () => {
    const gate = aProbeGate({ expectBody: { text: 'fine' } })
    expect(judgeProbe(gate, bad, emptyMemory(0), aLook(60)).verdict).toEqual({
      outcome: 'pass',
      reason: '1 of 3 bad looks in a row: answered 500, expected 200-299',
      evidence: {
        source: 'http://{side}.example.com/health',
        expected: { status: '200-299', body: { text: 'fine' } },
        answer: { kind: 'answer', status: 500, body: 'x'.repeat(200), milliseconds: 12 },
        failures: 3,
        successes: 2,
        badInARow: 1,
        goodInARow: 0,
        misses: 0,
        lookedAt: '2026-01-01T12:01:00.000Z',
      },
    })
    expect(judgeProbe(aProbeGate(), noAnswer, emptyMemory(0), aLook(60)).verdict.evidence).toMatchObject({
      expected: { status: '200-299' },
      answer: noAnswer,
    })
  })
})
