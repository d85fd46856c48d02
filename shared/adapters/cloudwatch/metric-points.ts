import type { Dimension, MetricDataResult } from '@aws-sdk/client-cloudwatch'

/** The dimensions of a metric of the user's own, as CloudWatch takes them. */
export function toOwnDimensions(dimensions: Readonly<Record<string, string>>): Dimension[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }))
}

/** Values by Id and start of their period; several pages of an Id are put together. */
export function toPoints(results: readonly MetricDataResult[], periodMs: number) {
  const points = new Map<string, Map<number, number>>()
  for (const { Id = '', Timestamps = [], Values = [] } of results) {
    const ofId = points.get(Id) ?? new Map<number, number>()
    points.set(Id, ofId)
    Timestamps.forEach((timestamp, index) => {
      const value = Values[index]
      if (value !== undefined) ofId.set(Math.floor(timestamp.getTime() / periodMs) * periodMs, value)
    })
  }
  return points
}
