import type { Change, ChangeAction, ResourceRecordSet } from '@aws-sdk/client-route-53'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findSizeProblems } from '../../../../../local/aws/route53/batch-size.ts'
import { applyBatch } from '../../../../../local/aws/route53/change-batch.ts'
import { buildZone, type Zone } from '../../../../../local/aws/route53/zone.ts'
import { aRecord, aWeighted } from '../../../../support/local-route53.ts'

const empty = buildZone({ id: 'Z1', name: 'example.com', callerReference: 'one', comment: undefined, vpcs: undefined })
const balancers = {
  addressesOf: (name: string) => (name === 'web-1.eu-west-1.elb.amazonaws.com' ? ['127.0.0.2'] : null),
}

type Step = readonly [ChangeAction, ResourceRecordSet]

function toChanges(steps: readonly Step[]): Change[] {
  return steps.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet }))
}

/** The zone after some batches. */
function apply(zone: Zone, ...batches: readonly (readonly Step[])[]): Zone {
  let after = zone
  for (const steps of batches) after = { ...after, records: applyBatch(toChanges(steps), { zone: after, balancers }) }
  return after
}

/** Its records but those that every zone has, by their name, type and what they say. */
function shown(zone: Zone): unknown[] {
  return [...zone.records.values()].filter(({ Name }) => Name !== 'example.com')
}

const alias = (DNSName: string, HostedZoneId = '/hostedzone/Z1') => ({
  DNSName,
  HostedZoneId,
  EvaluateTargetHealth: true,
})
const anAlias = (target: ReturnType<typeof alias>, overrides: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name: 'alias.example.com',
  Type: 'A',
  AliasTarget: target,
  ...overrides,
})

describe('a batch', () => {
  it('keeps names and ids in one spelling', () => {
    const zone = apply(empty, [
      ['CREATE', aRecord({ Name: 'APP.example.com.' })],
      ['CREATE', anAlias(alias('App.Example.com.'))],
    ])
    expect(shown(zone)).toEqual([
      aRecord({ Name: 'app.example.com' }),
      anAlias({ HostedZoneId: 'Z1', DNSName: 'app.example.com', EvaluateTargetHealth: true }),
    ])
  })

  it('replaces a CNAME by an A, and a simple record by a weighted pair, in one go', () => {
    const cname = aRecord({ Type: 'CNAME', ResourceRecords: [{ Value: 'x.example.com' }] })
    expect(
      shown(
        apply(
          empty,
          [['CREATE', cname]],
          [
            ['DELETE', cname],
            ['CREATE', aRecord()],
          ],
        ),
      ),
    ).toEqual([aRecord()])
    const pair = [aWeighted('blue', 1), aWeighted('green', 0)]
    const turned = apply(
      empty,
      [['CREATE', aRecord()]],
      [['DELETE', aRecord()], ...pair.map((record) => ['CREATE', record] as const)],
    )
    expect(shown(turned)).toEqual(pair)
  })

  it('moves a whole group to another TTL, but not half of it', () => {
    const zone = apply(empty, [
      ['CREATE', aWeighted('blue', 1)],
      ['CREATE', aWeighted('green', 1)],
    ])
    const half: Step = ['UPSERT', aWeighted('blue', 1, { TTL: 5 })]
    expect(() => apply(zone, [half])).toThrow('weighted sets must contain the same TTL')
    const whole = apply(zone, [half, ['UPSERT', aWeighted('green', 1, { TTL: 5 })]])
    expect(shown(whole)).toEqual([aWeighted('blue', 1, { TTL: 5 }), aWeighted('green', 1, { TTL: 5 })])
  })

  it('deletes a record whose values come in another order', () => {
    const values = [{ Value: '127.0.0.1' }, { Value: '127.0.0.2' }]
    const zone = apply(empty, [['CREATE', aRecord({ ResourceRecords: values })]])
    expect(shown(apply(zone, [['DELETE', aRecord({ ResourceRecords: [...values].reverse() })]]))).toEqual([])
  })

  it('lets an alias point at a local load balancer, at a record of the zone and at other services', () => {
    const zone = apply(empty, [
      ['CREATE', aRecord()],
      [
        'CREATE',
        anAlias(alias('dualstack.web-1.eu-west-1.elb.amazonaws.com', 'Z32O12XQLNTSW2'), { Name: 'a.example.com' }),
      ],
      ['CREATE', anAlias(alias('app.example.com'), { Name: 'b.example.com' })],
      ['CREATE', anAlias(alias('d111.cloudfront.net', 'Z2FDTNDATAQYW2'), { Name: 'c.example.com' })],
    ])
    expect(shown(zone)).toHaveLength(4)
  })

  const there: Step = ['CREATE', aRecord()]
  const apex = (type: string) => [...empty.records.values()].find(({ Type }) => Type === type) as ResourceRecordSet
  it.each<[string, readonly Step[], string]>([
    [
      'creates what is there',
      [['CREATE', aRecord({ TTL: 1 })]],
      "[Tried to create resource record set [name='app.example.com.', type='A'] but it already exists]",
    ],
    [
      'deletes what is not there',
      [['DELETE', aWeighted('blue', 1)]],
      "[Tried to delete resource record set [name='app.example.com.', type='A', set identifier='blue'] but it was not found]",
    ],
    [
      'deletes other values',
      [['DELETE', aRecord({ TTL: 1 })]],
      "[Tried to delete resource record set [name='app.example.com.', type='A'] but the values provided do not match the current values]",
    ],
    [
      'names a record twice',
      [
        ['UPSERT', aRecord({ TTL: 1 })],
        ['UPSERT', aRecord({ TTL: 2 })],
      ],
      "[The request contains an invalid set of changes for a resource record set 'A app.example.com.']",
    ],
    [
      'deletes a record twice',
      [
        ['DELETE', aRecord()],
        ['DELETE', aRecord()],
      ],
      "invalid set of changes for a resource record set 'A app.example.com.'",
    ],
    [
      'leaves the zone',
      [['CREATE', aRecord({ Name: 'app.example.org' })]],
      '[RRSet with DNS name app.example.org. is not permitted in zone example.com.]',
    ],
    [
      'has a name that is none',
      [['CREATE', aRecord({ Name: 'a..example.com' })]],
      "[Invalid Resource Record: 'FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with 'a..example.com'']",
    ],
    [
      'has a value that is none',
      [['CREATE', aRecord({ Name: 'b.example.com', ResourceRecords: [{ Value: 'x' }] })]],
      "[Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address) encountered with 'x'']",
    ],
    [
      'takes the NS records of the zone',
      [['DELETE', apex('NS')]],
      '[A HostedZone must contain at least one NS record for the zone itself.]',
    ],
    ['takes the SOA record', [['DELETE', apex('SOA')]], '[A HostedZone must contain exactly one SOA record.]'],
    [
      'adds an SOA record',
      [['CREATE', { ...apex('SOA'), Name: 'sub.example.com' }]],
      '[A HostedZone must contain exactly one SOA record.]',
    ],
    ['has an alias of itself', [['CREATE', anAlias(alias('alias.example.com'))]], 'but that target was not found'],
    [
      'has an alias of another type',
      [['CREATE', anAlias(alias('app.example.com'), { Type: 'AAAA' })]],
      '[Tried to create an alias that targets app.example.com., type AAAA in zone Z1, but that target was not found]',
    ],
    [
      'has an alias outside its zone',
      [['CREATE', anAlias(alias('app.example.org'))]],
      'but the alias target name does not lie within the target zone',
    ],
    [
      'has an alias of a load balancer that is gone',
      [['CREATE', anAlias(alias('gone-1.eu-west-1.elb.amazonaws.com', 'Z32O12XQLNTSW2'))]],
      'but that target was not found',
    ],
    [
      'has an alias of a load balancer under another zone',
      [['CREATE', anAlias(alias('web-1.eu-west-1.elb.amazonaws.com', 'Z9'))]],
      'does not lie within the target zone',
    ],
  ])('is refused when it %s', (_name, steps, message) => {
    const zone = apply(empty, [there])
    const before = [...zone.records]
    expect(() => apply(zone, steps)).toThrow(
      expect.objectContaining({ code: 'InvalidChangeBatch', message: expect.stringContaining(message) }),
    )
    expect([...zone.records]).toEqual(before)
  })

  it('is told all of its problems', () => {
    const steps: Step[] = ['a', 'b'].map((label) => ['DELETE', aRecord({ Name: `${label}.example.com` })])
    expect(() => apply(empty, steps)).toThrow(
      "[Tried to delete resource record set [name='a.example.com.', type='A'] but it was not found, Tried to delete resource record set [name='b.example.com.', type='A'] but it was not found]",
    )
  })

  it('leaves what it was asked for, or nothing changed', () => {
    const side = fc.constantFrom('blue', 'green', 'red')
    const step = fc.record({
      action: fc.constantFrom<ChangeAction>('CREATE', 'UPSERT', 'DELETE'),
      side,
      weight: fc.integer({ min: 0, max: 3 }),
    })
    fc.assert(
      fc.property(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), (batches) => {
        let zone = empty
        const model = new Map<string, number>()
        for (const batch of batches) {
          const steps = batch.map(
            ({ action, side: identifier, weight }) =>
              [action, aWeighted('blue', weight, { SetIdentifier: identifier })] as const,
          )
          const after = new Map(model)
          let isGood = true
          const seen = new Map<string, string>()
          for (const { action, side: identifier, weight } of batch) {
            const history = `${seen.get(identifier) ?? ''}${action}`
            isGood &&= history === action || history === 'DELETECREATE'
            seen.set(identifier, history)
            const known = after.get(identifier)
            if (action === 'CREATE') isGood &&= known === undefined
            if (action === 'DELETE') isGood &&= known === weight
            if (action === 'DELETE') after.delete(identifier)
            else after.set(identifier, weight)
          }
          if (!isGood) expect(() => apply(zone, steps)).toThrow(expect.objectContaining({ code: 'InvalidChangeBatch' }))
          else {
            zone = apply(zone, steps)
            model.clear()
            for (const [identifier, weight] of after) model.set(identifier, weight)
          }
          const weights = shown(zone) as ResourceRecordSet[]
          expect(new Map(weights.map(({ SetIdentifier = '', Weight = -1 }) => [SetIdentifier, Weight]))).toEqual(model)
        }
      }),
    )
  })
})

describe('the size of a batch', () => {
  const of = (count: number, action: ChangeAction, record = aRecord()) =>
    toChanges(Array.from({ length: count }, () => [action, record] as const))
  const long = aRecord({ Type: 'TXT', ResourceRecords: [{ Value: `"${'x'.repeat(998)}"` }] })
  const anyAlias = anAlias(alias('app.example.com'))
  it.each<[string, Change[], string[]]>([
    ['1,000 creations', of(1000, 'CREATE'), []],
    ['1,001 creations', of(1001, 'CREATE'), ['Number of records limit of 1000 exceeded.']],
    ['500 upserts', of(500, 'UPSERT'), []],
    ['501 upserts', of(501, 'UPSERT'), ['Number of records limit of 1000 exceeded.']],
    ['1,000 aliases', of(1000, 'DELETE', anyAlias), []],
    ['501 upserts of aliases', of(501, 'UPSERT', anyAlias), ['Number of records limit of 1000 exceeded.']],
    ['32,000 characters', of(32, 'CREATE', long), []],
    ['33,000 characters', of(33, 'CREATE', long), ['RDATA character limit of 32000 exceeded.']],
    ['17,000 characters of upserts', of(17, 'UPSERT', long), ['RDATA character limit of 32000 exceeded.']],
  ])('knows %s', (_name, changes, problems) => {
    expect(findSizeProblems(changes)).toEqual(problems)
  })
})
