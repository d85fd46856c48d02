import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { createTableStream, type StreamRecord } from '../../../../../local/aws/dynamodb/table-stream.ts'
import { until } from '../../../../support/until.ts'

type Deliver = (records: readonly StreamRecord[], call: number) => unknown

/** A stream of items whose sort key is not `OTHER`, and what was delivered of it. */
function start(deliver: Deliver = () => undefined) {
  const batches: string[][] = []
  const errors: unknown[] = []
  const stream = createTableStream({
    async deliver({ Records }) {
      batches.push(Records.map(({ eventName, dynamodb }) => `${eventName} ${dynamodb.Keys.pk.S}`))
      return deliver(Records, batches.length)
    },
    filter: ({ sk }) => sk.S !== 'OTHER',
    reportError: (error) => void errors.push(error),
  })
  onTestFinished(() => stream.close())
  const note = (operation: string, body: unknown) => {
    const request = new IncomingMessage(new Socket())
    request.headers['x-amz-target'] = `DynamoDB_20120810.${operation}`
    stream.note(request, Buffer.from(JSON.stringify(body)))
  }
  const put = (pk: string, sk = 'RECORD') =>
    note('PutItem', { Item: { pk: { S: pk }, sk: { S: sk }, other: { N: '1' } } })
  const batchesOnce = (count: number) =>
    until(`${count} batches`, async () => (batches.length >= count ? batches : undefined))
  return { stream, note, put, batches, batchesOnce, errors }
}

const failAt = ({ dynamodb }: StreamRecord) => ({ batchItemFailures: [{ itemIdentifier: dynamodb.SequenceNumber }] })

it('tells of each change by its keys, in order, and of nothing else', async () => {
  const { note, put, batchesOnce } = start()
  put('A')
  put('B', 'OTHER')
  note('GetItem', { Key: { pk: { S: 'C' }, sk: { S: 'RECORD' } } })
  note('UpdateItem', { Key: { pk: { S: 'D' }, sk: { S: 'RECORD' } } })
  note('DeleteItem', { Key: { pk: { S: 'E' }, sk: { S: 'RECORD' } } })
  note('CreateTable', { TableName: 'sluice' })
  expect(await batchesOnce(1)).toEqual([['MODIFY A', 'MODIFY D', 'REMOVE E']])
})

it('goes on from the record that failed', async () => {
  const { put, batchesOnce } = start((records, call) => (call === 1 && records[1] ? failAt(records[1]) : undefined))
  put('A')
  put('B')
  put('C')
  expect(await batchesOnce(2)).toEqual([
    ['MODIFY A', 'MODIFY B', 'MODIFY C'],
    ['MODIFY B', 'MODIFY C'],
  ])
})

it('delivers a batch again whose function failed', async () => {
  const { put, batchesOnce, errors } = start((_, call) => {
    if (call === 1) throw new Error('it died')
  })
  put('A')
  expect(await batchesOnce(2)).toEqual([['MODIFY A'], ['MODIFY A']])
  put('B')
  expect((await batchesOnce(3))[2]).toEqual(['MODIFY B'])
  expect(errors).toEqual([])
})

it('forgets what was not delivered, after a reset', async () => {
  const { stream, put, batchesOnce } = start()
  put('A')
  stream.clear()
  put('B')
  expect(await batchesOnce(1)).toEqual([['MODIFY B']])
})
