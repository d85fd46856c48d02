import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  addResponseTime,
  type Histogram,
  mergeHistogram,
  toSeconds,
} from '../../../../local/data-plane/response-time-histogram.ts'

it('counts equal times together, in seconds', () => {
  const histogram: Histogram = new Map()
  for (const milliseconds of [1.2344, 1.2341, 250.4, 250.4, 12_345]) addResponseTime(histogram, milliseconds)
  expect(toSeconds(histogram)).toEqual({ values: [0.00123, 0.25, 12.3], counts: [2, 2, 1] })
})

it('is at most half a per cent off from a tenth of a millisecond up', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 1e6, noNaN: true }), (milliseconds) => {
      const histogram: Histogram = new Map()
      addResponseTime(histogram, milliseconds)
      const [seconds = 0] = toSeconds(histogram).values
      return Math.abs(seconds * 1000 - milliseconds) <= milliseconds * 0.0051
    }),
  )
})

it('never counts a time as zero, which would read as no data', () => {
  const histogram: Histogram = new Map()
  addResponseTime(histogram, 0)
  expect(toSeconds(histogram).values).toEqual([0.000001])
})

it('keeps few distinct values however many times it sees', () => {
  const histogram: Histogram = new Map()
  for (let step = 0; step < 100_000; step++) addResponseTime(histogram, step / 100)
  expect(histogram.size).toBeLessThan(4000)
})

it('merges', () => {
  const into: Histogram = new Map([[5, 1]])
  mergeHistogram(
    into,
    new Map([
      [5, 2],
      [7, 1],
    ]),
  )
  expect([...into]).toEqual([
    [5, 3],
    [7, 1],
  ])
})
