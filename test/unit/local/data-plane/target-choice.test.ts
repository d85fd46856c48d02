import { afterEach, describe, expect, it } from 'vitest'
import { createTarget, type Target } from '../../../../local/data-plane/target.ts'
import { chooseInTurn, chooseLeastOutstanding, chooseRamped } from '../../../../local/data-plane/target-choice.ts'

const targets = [1, 2, 3].map((port) => createTarget({ Id: '127.0.0.1', Port: port }, { protocol: 'HTTP', port: 80 }))
const [first, second, third] = targets as [Target, Target, Target]

afterEach(() => {
  for (const target of targets) Object.assign(target, { inFlight: 0, slowStartAt: undefined, credit: 0 })
})

function count(turns: number, choose: (turn: number) => Target | undefined) {
  const counts = new Map<number, number>()
  for (let turn = 0; turn < turns; turn++) {
    const port = choose(turn)?.port ?? 0
    counts.set(port, (counts.get(port) ?? 0) + 1)
  }
  return Object.fromEntries(counts)
}

describe('choosing a target', () => {
  it('goes round', () => {
    expect([0, 1, 2, 3].map((turn) => chooseInTurn(targets, turn)?.port)).toEqual([1, 2, 3, 1])
  })

  it('finds none in an empty group', () => {
    expect([chooseInTurn([], 0), chooseLeastOutstanding([], 0), chooseRamped([], 0, 1)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('takes the one with the fewest requests in flight', () => {
    Object.assign(first, { inFlight: 3 })
    Object.assign(second, { inFlight: 1 })
    Object.assign(third, { inFlight: 2 })
    expect(count(6, (turn) => chooseLeastOutstanding(targets, turn))).toEqual({ 2: 6 })
  })

  it('goes round among equals', () => {
    Object.assign(first, { inFlight: 1 })
    expect([1, 2, 3].map((turn) => chooseLeastOutstanding(targets, turn)?.port)).toEqual([2, 3, 2])
  })

  it.each([
    { passed: 0, counts: { 1: 50, 2: 50 } },
    { passed: 25_000, counts: { 1: 40, 2: 40, 3: 20 } },
    { passed: 100_000, counts: { 1: 30, 2: 30, 3: 30 } },
  ])('gives a target in slow start its ramped share after $passed ms of 50 s', ({ passed, counts }) => {
    Object.assign(third, { slowStartAt: 1000 })
    const turns = Object.values(counts).reduce((sum, one) => sum + one, 0)
    expect(count(turns, () => chooseRamped(targets, 1000 + passed, 50_000))).toEqual(counts)
  })
})
