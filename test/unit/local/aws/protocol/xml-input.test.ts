import { ChangeResourceRecordSets$, CreateHealthCheck$, UpdateHealthCheck$ } from '@aws-sdk/client-route-53'
import type { StaticOperationSchema } from '@smithy/types'
import { describe, expect, it } from 'vitest'
import { shapeOf } from '../../../../../local/aws/protocol/schema-lookup.ts'
import { parseXmlBody, readXmlMembers, readXmlText } from '../../../../../local/aws/protocol/xml-input.ts'
import type { AwsError } from '../../../../../local/aws/service.ts'

const namespace = 'xmlns="https://route53.amazonaws.com/doc/2013-04-01/"'

/** Reads a body as the operation's input, its labels left out. */
function read(schema: StaticOperationSchema, body: string): Record<string, unknown> {
  const shape = shapeOf(schema[4])
  const members = [...shape.structIterator()].filter(([, member]) => !member.getMergedTraits().httpLabel)
  return readXmlMembers(new Map(members), parseXmlBody(Buffer.from(body), `${schema[2]}Request`), '')
}

const batch = (changes: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><ChangeResourceRecordSetsRequest ${namespace}><ChangeBatch><Changes>${changes}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`
const change = (record: string, action = '<Action>UPSERT</Action>') =>
  `<Change>${action}<ResourceRecordSet><Name>app.example.com</Name><Type>A</Type>${record}</ResourceRecordSet></Change>`

describe('an XML body', () => {
  it('becomes structures, lists, numbers and flags by their type', () => {
    const blue = change(
      '<SetIdentifier>blue</SetIdentifier><Weight>90</Weight><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>127.0.0.2</Value></ResourceRecord></ResourceRecords>',
    )
    const green = change(
      '<SetIdentifier>green</SetIdentifier><Weight>0</Weight><AliasTarget><HostedZoneId>Z1</HostedZoneId><DNSName>lb.example.com</DNSName><EvaluateTargetHealth>true</EvaluateTargetHealth></AliasTarget>',
    )
    const common = { Name: 'app.example.com', Type: 'A' }
    expect(read(ChangeResourceRecordSets$, batch(blue + green))).toEqual({
      ChangeBatch: {
        Changes: [
          {
            Action: 'UPSERT',
            ResourceRecordSet: {
              ...common,
              SetIdentifier: 'blue',
              Weight: 90,
              TTL: 60,
              ResourceRecords: [{ Value: '127.0.0.2' }],
            },
          },
          {
            Action: 'UPSERT',
            ResourceRecordSet: {
              ...common,
              SetIdentifier: 'green',
              Weight: 0,
              AliasTarget: { HostedZoneId: 'Z1', DNSName: 'lb.example.com', EvaluateTargetHealth: true },
            },
          },
        ],
      },
    })
  })

  it('keeps text as it is, escapes undone and line ends in', () => {
    const value = '<Value>&quot;a &lt;b&gt; &amp; c&#34;\n</Value>'
    const parsed = read(
      ChangeResourceRecordSets$,
      batch(change(`<ResourceRecords><ResourceRecord>${value}</ResourceRecord></ResourceRecords>`)),
    )
    expect(parsed).toMatchObject({
      ChangeBatch: { Changes: [{ ResourceRecordSet: { ResourceRecords: [{ Value: '"a <b> & c"\n' }] } }] },
    })
  })

  it('has numbers that look like other things as the text that they are', () => {
    const body = `<CreateHealthCheckRequest ${namespace}><CallerReference>007</CallerReference><HealthCheckConfig><Type>TCP</Type><IPAddress>127.0.0.1</IPAddress></HealthCheckConfig></CreateHealthCheckRequest>`
    expect(read(CreateHealthCheck$, body)).toEqual({
      CallerReference: '007',
      HealthCheckConfig: { Type: 'TCP', IPAddress: '127.0.0.1' },
    })
  })

  it('may have empty lists, and lists of one and more', () => {
    const body = (children: string) =>
      `<UpdateHealthCheckRequest ${namespace}><ChildHealthChecks>${children}</ChildHealthChecks></UpdateHealthCheckRequest>`
    const child = (id: string) => `<ChildHealthCheck>${id}</ChildHealthCheck>`
    const lists = ['', child('a'), child('a') + child('b')].map((children) => read(UpdateHealthCheck$, body(children)))
    expect(lists).toEqual([[], ['a'], ['a', 'b']].map((ids) => ({ ChildHealthChecks: ids })))
  })

  it.each<[string, string, string, string]>([
    [
      'is no XML',
      '<ChangeResourceRecordSetsRequest><a></ChangeResourceRecordSetsRequest>',
      'MalformedInput',
      'is not XML',
    ],
    ['has another root', '<Other/>', 'MalformedInput', 'Other is not valid, expected ChangeResourceRecordSetsRequest'],
    [
      'has an unknown member',
      batch(change('<Color>red</Color>')),
      'MalformedInput',
      'Unexpected element ChangeBatch.Changes.1.ResourceRecordSet.Color',
    ],
    ['has an unknown list item', batch('<Item/>'), 'MalformedInput', 'Unexpected element ChangeBatch.Changes.Item'],
    [
      'has a member twice',
      batch(change('<TTL>1</TTL><TTL>2</TTL>')),
      'MalformedInput',
      'Element ChangeBatch.Changes.1.ResourceRecordSet.TTL is given more than once',
    ],
    [
      'has text for a number',
      batch(change('<Weight>ten</Weight>')),
      'MalformedInput',
      "Element ChangeBatch.Changes.1.ResourceRecordSet.Weight must be a number, not 'ten'",
    ],
    ['has nothing for a number', batch(change('<Weight></Weight>')), 'MalformedInput', "must be a number, not ''"],
    [
      'has text for a flag',
      batch(change('<MultiValueAnswer>yes</MultiValueAnswer>')),
      'MalformedInput',
      'must be true or false',
    ],
    [
      'has text for a structure',
      batch(change('<AliasTarget>lb</AliasTarget>')),
      'MalformedInput',
      'must have elements, not text',
    ],
    ['has elements for text', batch(change('<HealthCheckId><a/></HealthCheckId>')), 'MalformedInput', 'must be text'],
    [
      'misses a member',
      batch(change('', '')),
      'InvalidInput',
      "Value null at 'ChangeBatch.Changes.1.Action' failed to satisfy constraint: Member must not be null",
    ],
  ])('is refused when it %s', (_name, body, code, message) => {
    expect(() => read(ChangeResourceRecordSets$, body)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }) as AwsError,
    )
  })
})

describe('readXmlText', () => {
  const members = new Map(shapeOf(ChangeResourceRecordSets$[5]).structIterator())
  const submittedAt = new Map(members.get('ChangeInfo')?.structIterator()).get('SubmittedAt')

  it('reads instants', () => {
    if (!submittedAt) throw new Error('ChangeInfo has no SubmittedAt')
    expect(readXmlText(submittedAt, '2026-01-01T00:00:00Z', 'At')).toEqual(new Date('2026-01-01T00:00:00Z'))
    expect(() => readXmlText(submittedAt, 'soon', 'At')).toThrow(
      "Element At must be an instant in ISO 8601, not 'soon'",
    )
  })
})
