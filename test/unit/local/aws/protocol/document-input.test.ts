import { GetMetricData$, ListDashboards$, PutMetricData$ } from '@aws-sdk/client-cloudwatch'
import { Invoke$, PublishVersion$ } from '@aws-sdk/client-lambda'
import type { StaticOperationSchema } from '@smithy/types'
import { describe, expect, it } from 'vitest'
import { readDocument } from '../../../../../local/aws/protocol/document-input.ts'
import { shapeOf } from '../../../../../local/aws/protocol/schema-lookup.ts'

const read = (schema: StaticOperationSchema, document: unknown) => readDocument(shapeOf(schema[4]), document)
const window = { StartTime: 1_767_225_600, EndTime: 1_767_225_660 }

describe('readDocument', () => {
  it('reads instants in seconds, in ISO 8601 and in CBOR tags', () => {
    const at = new Date('2026-01-01T00:00:00Z')
    for (const StartTime of [1_767_225_600, '2026-01-01T00:00:00Z', { tag: 1, value: 1_767_225_600n }]) {
      expect(read(GetMetricData$, { MetricDataQueries: [], ...window, StartTime })).toMatchObject({ StartTime: at })
    }
  })

  it('takes null for not given, and nothing at all for an empty input', () => {
    expect(read(ListDashboards$, { NextToken: null })).toEqual({})
    expect(read(ListDashboards$, undefined)).toEqual({})
  })

  it('reads a blob from base64 and from bytes', () => {
    const bytes = new Uint8Array([1, 2])
    expect(read(Invoke$, { FunctionName: 'f', Payload: 'AQI=' })).toEqual({
      FunctionName: 'f',
      Payload: Buffer.from(bytes),
    })
    expect(read(Invoke$, { FunctionName: 'f', Payload: bytes })).toEqual({ FunctionName: 'f', Payload: bytes })
  })

  it.each<[string, StaticOperationSchema, unknown, string, string]>([
    ['a list for an object', GetMetricData$, [], 'SerializationException', 'The request body must be an object'],
    [
      'an object for a list',
      GetMetricData$,
      { MetricDataQueries: {}, ...window },
      'SerializationException',
      'MetricDataQueries must be a list',
    ],
    [
      'text for a number',
      PutMetricData$,
      { Namespace: 'n', MetricData: [{ MetricName: 'm', Value: '1' }] },
      'SerializationException',
      'MetricData[0].Value must be a number, not "1"',
    ],
    [
      'a number for text',
      PublishVersion$,
      { FunctionName: 5 },
      'SerializationException',
      'FunctionName must be a string',
    ],
    [
      'text for an instant',
      GetMetricData$,
      { MetricDataQueries: [], ...window, EndTime: 'soon' },
      'SerializationException',
      'EndTime must be an instant',
    ],
    [
      'an unknown member',
      GetMetricData$,
      { MetricDataQueries: [{ Id: 'a', Label2: 'b' }], ...window },
      'ValidationException',
      'The member MetricDataQueries[0].Label2 is not recognized',
    ],
    [
      'a missing member',
      GetMetricData$,
      { MetricDataQueries: [] },
      'ValidationException',
      'The member StartTime is required',
    ],
    ['an inherited member', ListDashboards$, JSON.parse('{"__proto__":{}}'), 'ValidationException', '__proto__'],
  ])('refuses %s and names it', (_name, schema, document, code, message) => {
    const refusal = expect.objectContaining({ code, message: expect.stringContaining(message) })
    expect(() => read(schema, document)).toThrow(refusal)
  })
})
