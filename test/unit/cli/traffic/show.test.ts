import { describe, expect, it } from 'vitest'
import type { RouteAnswer, TrafficAnswer } from '../../../../cli/traffic/answer.ts'
import { shortName } from '../../../../cli/traffic/short-name.ts'
import { showTraffic } from '../../../../cli/traffic/show.ts'
import { webArns } from '../../../support/builders.ts'

const wide = { columns: Number.POSITIVE_INFINITY, alarm: (text: string) => text }
const open = { id: 'dep_1', phase: 'baking', endedAt: null, stable: 'blue', canary: 'green' } as const
const at = '2026-01-01T00:10:00.000Z'
const written = new Map([[webArns.rule, { deployment: 'dep_1', at }]])

const aRoute = (overrides: Partial<RouteAnswer> = {}): RouteAnswer => ({
  kind: 'alb',
  resource: webArns.rule,
  raw: { blue: 90, green: 10 },
  targets: { blue: { healthy: 2, total: 2 }, green: { healthy: 2, total: 3 } },
  lastWritten: { blue: 90, green: 10 },
  foreignChange: null,
  problem: null,
  ...overrides,
})
const traffic = (overrides: Partial<TrafficAnswer> = {}): TrafficAnswer => ({
  routes: [aRoute()],
  leases: [],
  rollback: { ready: true, reasons: [], estimatedSeconds: 2 },
  ...overrides,
})
const drifted = aRoute({
  raw: { blue: 50, green: 50 },
  foreignChange: {
    before: { blue: 90, green: 10 },
    after: { blue: 50, green: 50 },
    beyondWeights: true,
    reason: 'changed',
  },
})

describe('traffic for people', () => {
  it('shows both roles of a route, what was written, and whether it could go back', () => {
    expect(showTraffic('web', traffic(), { open, writes: written }, wide)).toBe(
      [
        'web: dep_1 is baking',
        '',
        'alb rule shop/9683b2d02a6cabee',
        '  stable blue   90  90 %  2 of 2 healthy',
        '  canary green  10  10 %  2 of 3 healthy',
        '  written   blue 90, green 10 by dep_1 at 2026-01-01T00:10:00.000Z',
        '',
        '  leases    nobody writes now',
        '  rollback  ready, about 2 s',
        '',
      ].join('\n'),
    )
  })

  it('shows what somebody else changed, who writes, and why it could not go back', () => {
    const shown = showTraffic(
      'web',
      traffic({
        routes: [drifted],
        leases: [{ resource: webArns.rule, holder: 'h', expiresAt: at }],
        rollback: { ready: false, reasons: ['stable is empty', 'no snapshot'], estimatedSeconds: 0 },
      }),
      { open: { ...open, stable: 'green', canary: 'blue' }, writes: new Map() },
      { ...wide, alarm: (text) => `<${text}>` },
    )
    expect(shown.split('\n').slice(3, -1)).toEqual([
      '  canary blue   50  50 %  2 of 2 healthy',
      '  stable green  50  50 %  2 of 3 healthy',
      '  written   blue 90, green 10',
      '  drift     <somebody else changed it: blue 90, green 10 (blue 90 %) -> blue 50, green 50 (blue 50 %); something besides the weights differs>',
      '',
      '  leases    rule shop/9683b2d02a6cabee until 2026-01-01T00:10:00.000Z',
      '  rollback  not ready: stable is empty; no snapshot',
    ])
  })

  it('shows what is not known, and nothing that moves the cursor', () => {
    const records = 'route53:Z1/app.example.com/A'
    const route = aRoute({
      ...{ kind: 'route53', resource: records, raw: null, lastWritten: null, problem: 'Rate\u001b[2J exceeded' },
      targets: { blue: null, green: null },
    })
    const shown = showTraffic(
      'web',
      traffic({ routes: [route], rollback: null }),
      { open: null, writes: new Map() },
      wide,
    )
    expect(shown).toBe(
      [
        'web: no deployment is open',
        '',
        'route53 app.example.com A',
        '  blue   ?    health not known',
        '  green  ?    health not known',
        '  written   never by Sluice',
        '  problem   Rate\\u001b[2J exceeded',
        '',
        '  leases    nobody writes now',
        '  rollback  nothing to go back from',
        '',
      ].join('\n'),
    )
  })

  it.each([
    [{ blue: 999, green: 1 }, ['99.9 %', ' 0.1 %']],
    [{ blue: 9999, green: 1 }, ['99.9 %', ' 0.1 %']],
    [{ blue: 170, green: 85 }, ['66.7 %', '33.3 %']],
    [{ blue: 1, green: 0 }, ['100 %', '  0 %']],
    [{ blue: 0, green: 0 }, ['no share', 'no share']],
  ])('never rounds a share of %o to none or all', (raw, shares) => {
    const lines = showTraffic('web', traffic({ routes: [aRoute({ raw })] }), { open, writes: written }, wide).split(
      '\n',
    )
    for (const [index, share] of shares.entries()) expect(lines[3 + index]).toContain(`  ${share}  `)
  })

  it.each([40, 60, 80])('fits %i columns, and loses no word', (columns) => {
    const answer = traffic({ routes: [drifted] })
    const narrow = showTraffic('web', answer, { open, writes: written }, { ...wide, columns })
    for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(Math.max(columns, 40))
    const words = (text: string) => text.split(/\s+/)
    expect(words(narrow)).toEqual(words(showTraffic('web', answer, { open, writes: written }, wide)))
  })
})

it.each([
  [webArns.rule, 'rule shop/9683b2d02a6cabee'],
  [
    'arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2',
    'listener shop/f2f7dc8efc522ab2',
  ],
  ['route53:Z1/_sip._tcp.example.com/CNAME', '_sip._tcp.example.com CNAME'],
  ['something else', 'something else'],
])('calls %s "%s"', (resource, name) => {
  expect(shortName(resource)).toBe(name)
})
