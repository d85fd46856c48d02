import {
  ChangeResourceRecordSetsCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  InvalidChangeBatch,
  ListResourceRecordSetsCommand,
  NoSuchHealthCheck,
  NoSuchHostedZone,
  Route53Client,
  Route53ServiceException,
} from '@aws-sdk/client-route-53'
import { mockClient } from 'aws-sdk-client-mock'
import { beforeEach, describe, expect, it } from 'vitest'
import { createRoute53HostedZones } from '../../../../shared/adapters/route53/hosted-zones.ts'
import { NotFoundError, TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import { aRecordSet, aWeightedAlias, aWeightedRecord, hostedZoneId, weighing } from '../../../support/route53.ts'

const client = new Route53Client({ region: 'eu-west-1' })
const route53 = mockClient(client)
const zones = createRoute53HostedZones(client)
const $metadata = { httpStatusCode: 400 }
const at = new Date(Date.UTC(2026, 0, 1))
const pending = { ChangeInfo: { Id: '/change/C123', Status: 'PENDING' as const, SubmittedAt: at } }
const aList = { MaxItems: 300, IsTruncated: false, ResourceRecordSets: [] }

function refusal(name: string, httpStatusCode = 400) {
  const $fault = httpStatusCode >= 500 ? ('server' as const) : ('client' as const)
  return new Route53ServiceException({ name, $fault, message: `${name} happened`, $metadata: { httpStatusCode } })
}

beforeEach(() => {
  route53.reset()
  route53.onAnyCommand().rejects(new Error('unexpected command'))
})

describe('a zone', () => {
  it('is told by its name, whether it is private, and how much is in it', async () => {
    const Config = { PrivateZone: true }
    route53.on(GetHostedZoneCommand, { Id: hostedZoneId }).resolves({
      HostedZone: {
        ...{ Id: `/hostedzone/${hostedZoneId}`, Name: 'Shop.Example.', CallerReference: '1', Config },
        ResourceRecordSetCount: 4,
      },
    })
    expect(await zones.zone(hostedZoneId)).toEqual({ name: 'shop.example', isPrivate: true, recordSets: 4 })
  })

  it('is null where there is none', async () => {
    route53.on(GetHostedZoneCommand).rejects(new NoSuchHostedZone({ message: 'none', $metadata }))
    expect(await zones.zone(hostedZoneId)).toBeNull()
  })

  it('is no fact where we may not look', async () => {
    route53.on(GetHostedZoneCommand).rejects(refusal('AccessDenied', 403))
    await expect(zones.zone(hostedZoneId)).rejects.toThrow(UpstreamError)
  })
})

describe('a page', () => {
  it('begins at a record, with its name as Route 53 writes it, and says where the next one begins', async () => {
    const given = aWeightedAlias('blue', 90)
    route53.on(ListResourceRecordSetsCommand).resolves({
      ...{ MaxItems: 300, IsTruncated: true, ResourceRecordSets: [given] },
      ...{ NextRecordName: '\\052.web.shop.example.', NextRecordType: 'A', NextRecordIdentifier: 'green' },
    })
    const from = { name: '*.a b.shop.example', type: 'A', setIdentifier: 'blue' }
    expect(await zones.page(hostedZoneId, from)).toEqual({
      records: [aRecordSet(given)],
      next: { name: '*.web.shop.example', type: 'A', setIdentifier: 'green' },
    })
    expect(route53.commandCalls(ListResourceRecordSetsCommand).map(({ args }) => args[0].input)).toEqual([
      {
        ...{ HostedZoneId: hostedZoneId, MaxItems: 300, StartRecordName: '\\052.a\\040b.shop.example.' },
        ...{ StartRecordType: 'A', StartRecordIdentifier: 'blue' },
      },
    ])
  })

  it.each([
    ['the start of the zone', null, {}],
    ['a name alone', { name: 'web.shop.example' }, { StartRecordName: 'web.shop.example.' }],
    ['a name that holds an octal code', { name: 'a\\100b.shop.example' }, { StartRecordName: 'a\\100b.shop.example.' }],
  ])('begins at %s', async (_name, from, sent) => {
    route53.on(ListResourceRecordSetsCommand).resolves(aList)
    expect(await zones.page(hostedZoneId, from)).toEqual({ records: [], next: null })
    expect(route53.commandCalls(ListResourceRecordSetsCommand)[0]?.args[0].input).toEqual({
      ...{ HostedZoneId: hostedZoneId, MaxItems: 300 },
      ...sent,
    })
  })

  it('that is cut without saying where is not taken for the end', async () => {
    route53.on(ListResourceRecordSetsCommand).resolves({ ...aList, IsTruncated: true })
    await expect(zones.page(hostedZoneId, null)).rejects.toThrow(TransientError)
  })

  it('of no zone is not found', async () => {
    route53.on(ListResourceRecordSetsCommand).rejects(new NoSuchHostedZone({ message: 'none', $metadata }))
    await expect(zones.page(hostedZoneId, null)).rejects.toThrow(NotFoundError)
  })
})

describe('an upsert', () => {
  const records = [
    weighing(aRecordSet(aWeightedAlias('blue', 100)), 90),
    weighing(aRecordSet(aWeightedRecord('green', 0)), 10),
  ]
  const upsert = () => zones.upsert(hostedZoneId, records, 'x'.repeat(300))

  it('sends all records in one batch, everything but the weights as it was read', async () => {
    route53.on(ChangeResourceRecordSetsCommand).resolves(pending)
    expect(await upsert()).toEqual({ type: 'accepted', changeId: 'C123' })
    expect(route53.commandCalls(ChangeResourceRecordSetsCommand).map(({ args }) => args[0].input)).toEqual([
      {
        HostedZoneId: hostedZoneId,
        ChangeBatch: {
          Comment: 'x'.repeat(256),
          Changes: [
            { Action: 'UPSERT', ResourceRecordSet: aWeightedAlias('blue', 90) },
            { Action: 'UPSERT', ResourceRecordSet: aWeightedRecord('green', 10) },
          ],
        },
      },
    ])
  })

  it.each([
    [
      'every problem of a batch',
      new InvalidChangeBatch({ message: 'ignored', messages: ['no such zone', 'twice'], $metadata }),
      'InvalidChangeBatch: no such zone; twice',
    ],
    [
      'the one message',
      new InvalidChangeBatch({ message: '[RRSet is not permitted]', $metadata }),
      'InvalidChangeBatch: [RRSet is not permitted]',
    ],
    ['a missing health check', new NoSuchHealthCheck({ message: 'none', $metadata }), 'NoSuchHealthCheck: none'],
    ['what its model rules out', refusal('InvalidInput'), 'InvalidInput: InvalidInput happened'],
    ['nothing at all', new InvalidChangeBatch({ message: '', $metadata }), 'InvalidChangeBatch: no reason given'],
  ])('is refused with %s', async (_name, thrown, reason) => {
    route53.on(ChangeResourceRecordSetsCommand).rejects(thrown)
    expect(await upsert()).toEqual({ type: 'refused', reason })
  })

  it('finds the zone busy with an earlier change', async () => {
    route53.on(ChangeResourceRecordSetsCommand).rejects(refusal('PriorRequestNotComplete'))
    expect(await upsert()).toEqual({ type: 'busy' })
  })

  it.each<[string, Error, { error: new (message: string) => Error; refused?: boolean }]>([
    ['throttling', refusal('Throttling'), { error: TransientError, refused: true }],
    ['throttling in the other spelling', refusal('ThrottlingException'), { error: TransientError, refused: true }],
    ['a service failure', refusal('InternalFailure', 500), { error: TransientError, refused: false }],
    ['a service out of order', refusal('ServiceUnavailable', 503), { error: TransientError, refused: false }],
    [
      'a reset connection',
      Object.assign(new Error('hang up'), { code: 'ECONNRESET' }),
      { error: TransientError, refused: false },
    ],
    [
      'an unreadable answer',
      Object.assign(new SyntaxError('<'), { $response: { statusCode: 200 } }),
      { error: TransientError, refused: false },
    ],
    ['a missing zone', new NoSuchHostedZone({ message: 'none', $metadata }), { error: NotFoundError }],
    ['no permission', refusal('AccessDenied', 403), { error: UpstreamError }],
    ['another refusal', refusal('InvalidArgument'), { error: UpstreamError }],
  ])('tells of %s after one attempt', async (_name, thrown, { error, refused }) => {
    route53.on(ChangeResourceRecordSetsCommand).rejects(thrown)
    const failure = await upsert().catch((caught: unknown) => caught)
    expect(failure).toBeInstanceOf(error)
    expect(failure).toMatchObject({
      message: expect.stringContaining(`route53:ChangeResourceRecordSets on ${hostedZoneId}`),
      cause: thrown,
      ...(refused === undefined ? {} : { refused }),
    })
    expect(route53.commandCalls(ChangeResourceRecordSetsCommand)).toHaveLength(1)
  })

  it('is given up after its time, of unknown outcome', async () => {
    route53.on(ChangeResourceRecordSetsCommand).callsFake(() => new Promise(() => undefined))
    const hurried = createRoute53HostedZones(client, 5)
    await expect(hurried.upsert(hostedZoneId, records, '')).rejects.toMatchObject({
      ...{ name: 'TransientError', refused: false },
      message: expect.stringContaining('no answer within 5 ms'),
    })
  })

  it('that was answered without an id is of unknown outcome', async () => {
    const ChangeInfo = { ...pending.ChangeInfo, Id: undefined }
    route53.on(ChangeResourceRecordSetsCommand).resolves({ ChangeInfo })
    await expect(upsert()).rejects.toMatchObject({ name: 'TransientError', refused: false })
  })
})

describe('a change', () => {
  it.each([
    ['pending', 'PENDING' as const],
    ['insync', 'INSYNC' as const],
  ])('is %s, whichever way its id is written', async (expected, Status) => {
    route53.on(GetChangeCommand, { Id: 'C123' }).resolves({ ChangeInfo: { ...pending.ChangeInfo, Status } })
    expect(await zones.changeStatus('/change/C123')).toBe(expected)
    expect(await zones.changeStatus('C123')).toBe(expected)
  })

  it('that nobody knows is not found', async () => {
    route53.on(GetChangeCommand).rejects(refusal('NoSuchChange', 404))
    await expect(zones.changeStatus('C123')).rejects.toThrow(NotFoundError)
  })
})
