import { describe, expect, it } from 'vitest'
import { createArrivals, type Side } from '../../../../local/demo/route53/arrivals.ts'

function arrivalsOf(...all: readonly (readonly [side: Side, at: number, failed?: boolean])[]) {
  const arrivals = createArrivals()
  for (const [side, at, failed = false] of all) arrivals.record({ side, at, failed })
  return arrivals
}

describe('createArrivals', () => {
  const arrivals = arrivalsOf(['blue', 10], ['green', 30, true], ['blue', 20, true], ['green', 40], ['blue', 30])

  it.each<{ name: string; span: [number, number?]; blue: [number, number]; green: [number, number] }>([
    { name: 'counts all of them', span: [0], blue: [3, 1], green: [2, 1] },
    { name: 'counts from the first instant on', span: [20], blue: [2, 1], green: [2, 1] },
    { name: 'leaves out the last instant', span: [10, 30], blue: [2, 1], green: [0, 0] },
    { name: 'counts nothing where nothing was', span: [41], blue: [0, 0], green: [0, 0] },
  ])('$name', ({ span, blue, green }) => {
    const [requests, failed] = blue
    expect(arrivals.between('blue', ...span)).toEqual({ requests, failed })
    expect(arrivals.between('green', ...span)).toEqual({ requests: green[0], failed: green[1] })
  })

  it('shows shares in percent with one decimal, and none where nothing arrived', () => {
    const thirds = arrivalsOf(['blue', 1], ['green', 2], ['green', 3])
    expect([
      thirds.share('blue', 0),
      thirds.share('green', 0),
      thirds.share('blue', 2),
      thirds.share('blue', 4),
    ]).toEqual([33.3, 66.7, 0, null])
  })

  it('finds the last request to a side, in whatever order they were answered', () => {
    const late = arrivalsOf(['blue', 50], ['blue', 20], ['green', 60])
    expect([late.lastAt('blue', 0), late.lastAt('blue', 50), late.lastAt('blue', 51)]).toEqual([50, 50, null])
  })
})
