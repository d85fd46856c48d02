import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseService } from '../../../../functions/api/to-domain.ts'
import { type Problem, ValidationError } from '../../../../shared/domain/errors.ts'
import { webArns } from '../../../support/builders.ts'
import { aServiceBody } from '../../../support/memory-api.ts'

const route = {
  kind: 'route53',
  hostedZoneId: 'Z1D633PJN98FT9',
  name: 'app.example.com',
  type: 'A',
  blue: 'app-blue',
  green: 'app-green',
}
const alb = { kind: 'alb', ruleArn: webArns.rule, blue: webArns.blue, green: webArns.green }
const targetGroups = { blue: webArns.blue, green: webArns.green }

const routesOf = (...routes: unknown[]) => parseService('web', aServiceBody({ routes })).routes

function problemsOf(...routes: unknown[]): readonly Problem[] {
  try {
    routesOf(...routes)
  } catch (error) {
    if (error instanceof ValidationError) return error.problems
    throw error
  }
  return []
}

describe('a route53 route', () => {
  it('gets wave 1 and no target groups', () => {
    expect(routesOf(route)).toEqual([{ ...route, wave: 1 }])
  })

  it('keeps everything it is given', () => {
    const given = { ...route, type: 'CNAME', targetGroups, wave: 3 }
    expect(routesOf(alb, given)).toEqual([{ ...alb, wave: 1 }, given])
  })

  it('takes the id of a zone as AWS answers it', () => {
    expect(routesOf({ ...route, hostedZoneId: '/hostedzone/Z1D633PJN98FT9' })).toEqual([{ ...route, wave: 1 }])
  })

  it.each([
    ['app.example.com.', 'app.example.com'],
    ['App.EXAMPLE.com', 'app.example.com'],
    ['*.example.com', '*.example.com'],
    ['\\052.example.com.', '*.example.com'],
    ['\\141pp.example.com', 'app.example.com'],
    ['_sip._tcp.example.com', '_sip._tcp.example.com'],
    ['a\\046b.example.com', 'a\\046b.example.com'],
    ['example.com', 'example.com'],
  ])('takes the name %s for %s', (given, name) => {
    expect(routesOf({ ...route, name: given })).toEqual([{ ...route, name, wave: 1 }])
  })

  const whichId = 'must be the id of a hosted zone: Z…, with or without /hostedzone/'
  const whichName =
    'must be a domain name: labels of letters, digits, - and _ (others as \\ooo), joined by dots; the first may be *'
  const whichGroup = 'must be the ARN of a target group: arn:…:targetgroup/…'

  it.each<[string, Record<string, unknown>, string, string]>([
    ['a zone by its name', { hostedZoneId: 'example.com' }, 'hostedZoneId', whichId],
    ['another prefix', { hostedZoneId: '/change/Z1D633PJN98FT9' }, 'hostedZoneId', whichId],
    ['no zone', { hostedZoneId: undefined }, 'hostedZoneId', 'is required: text'],
    ['a name without a dot', { name: 'localhost' }, 'name', whichName],
    ['an address of the web', { name: 'https://app.example.com' }, 'name', whichName],
    ['an empty label', { name: 'app..example.com' }, 'name', whichName],
    ['a star in the middle', { name: 'app.*.example.com' }, 'name', whichName],
    ['an escape that is none', { name: 'a\\99.example.com' }, 'name', whichName],
    ['a label of 64 characters', { name: `${'a'.repeat(64)}.example.com` }, 'name', whichName],
    ['a name of 256 characters', { name: `${'a.'.repeat(126)}abcd` }, 'name', whichName],
    [
      'an unknown type',
      { type: 'NS' },
      'type',
      'must be one of "A", "AAAA", "CNAME", "HTTPS", "SVCB", "MX", "SRV", "TXT"',
    ],
    ['an empty identifier', { blue: '' }, 'blue', 'must have at least 1 characters'],
    ['a long identifier', { blue: 'b'.repeat(129) }, 'blue', 'must have at most 128 characters'],
    ['one record for both sides', { green: 'app-blue' }, 'green', 'must be another one than blue'],
    ['half the target groups', { targetGroups: { blue: webArns.blue } }, 'targetGroups.green', 'is required: text'],
    ['a name for a target group', { targetGroups: { ...targetGroups, blue: 'web' } }, 'targetGroups.blue', whichGroup],
    [
      'one target group for both sides',
      { targetGroups: { blue: webArns.blue, green: webArns.blue } },
      'targetGroups.green',
      'must be another one than blue',
    ],
    ['wave 21', { wave: 21 }, 'wave', 'must be at most 20'],
    ['another account', { assumeRole: { arn: 'arn:aws:iam::123456789012:role/x' } }, 'assumeRole', 'not available yet'],
  ])('refuses %s and says what is allowed', (_, part, field, message) => {
    expect(problemsOf({ ...route, ...part })).toEqual([{ path: `routes[0].${field}`, message }])
  })

  it('refuses fields of other kinds', () => {
    expect(problemsOf({ ...route, ruleArn: webArns.rule }).map(({ path }) => path)).toEqual(['routes[0].ruleArn'])
  })
})

describe('a record set in a service', () => {
  const message = 'is named twice: each record set (zone, name and type) at most once'

  it.each([
    ['as it is', {}],
    ['with a final dot', { name: 'app.example.com.' }],
    ['in capitals', { name: 'APP.example.com' }],
    ['with an escape', { name: '\\141pp.example.com' }],
    ['with the prefix of the zone', { hostedZoneId: '/hostedzone/Z1D633PJN98FT9' }],
    ['with other identifiers, in another wave', { blue: 'x', green: 'y', wave: 2 }],
  ])('is refused the second time: %s', (_, part) => {
    expect(problemsOf(route, alb, { ...route, ...part })).toEqual([{ path: 'routes[2].name', message }])
  })

  it.each([
    ['zone', { hostedZoneId: 'Z2' }],
    ['name', { name: '*.example.com' }],
    ['type', { type: 'AAAA' }],
  ])('is another one with another %s', (_, part) => {
    expect(problemsOf(route, { ...route, ...part })).toEqual([])
  })

  it('is found the second time however it is spelled', () => {
    const spelled = fc
      .array(fc.constantFrom('plain', 'upper', 'octal'), { minLength: 15, maxLength: 15 })
      .map((ways) => [...'app.example.com'].map((character, index) => spell(character, ways[index])).join(''))
    const spelling = fc.tuple(spelled, fc.constantFrom('', '.')).map(([name, end]) => name + end)
    fc.assert(
      fc.property(spelling, spelling, (first, second) => {
        expect(problemsOf({ ...route, name: first }, { ...route, name: second })).toEqual([
          { path: 'routes[1].name', message },
        ])
      }),
    )
  })
})

/** One character of a name as somebody may write it; the dots between labels have one spelling. */
function spell(character: string, way = 'plain'): string {
  if (character === '.' || way === 'plain') return character
  if (way === 'upper') return character.toUpperCase()
  return `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`
}
