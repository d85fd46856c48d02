import { describe, expect, it } from 'vitest'
import { type HistorySource, readHistory, sourceOf } from '../../../../../cli/judge/backtest/history.ts'
import { ValidationError } from '../../../../../shared/domain/errors.ts'
import type { Route } from '../../../../../shared/domain/service.ts'
import type { CountsQuery } from '../../../../../shared/ports/metrics-source.ts'
import { anAlbRoute, webArns } from '../../../../support/builders.ts'
import { aRecordRoute, webLoadBalancer } from '../../../../support/preflight.ts'
import { aRoute53Route } from '../../../../support/record-sets.ts'

const dayMs = 24 * 60 * 60_000
const other = webLoadBalancer.replace('app/shop', 'app/other')
const groups = (loadBalancerArn: string) => ({
  stable: { loadBalancerArn, targetGroupArn: webArns.blue },
  canary: { loadBalancerArn, targetGroupArn: webArns.green },
})

/** What is asked of CloudWatch for these routes; every target group is on `other`. */
async function asked(source: HistorySource, days = 1): Promise<readonly CountsQuery[]> {
  const queries: CountsQuery[] = []
  const deps = {
    targetGroups: { loadBalancerOf: async () => other },
    metrics: {
      async counts(query: CountsQuery) {
        queries.push(query)
        return { status: 'complete' as const, source: 'memory', windows: [] }
      },
    },
  }
  await readHistory(deps, source, { fromMs: 0, toMs: days * dayMs })
  return queries
}

const errorsOf = (routes: readonly Route[]): HistorySource => ({ type: 'router', measure: { type: 'errors' }, routes })

describe('readHistory', () => {
  it('asks day by day for the groups behind rules and behind records', async () => {
    const measured = { source: 'router', measure: { type: 'errors' }, routes: [groups(webLoadBalancer), groups(other)] }
    expect(await asked(errorsOf([anAlbRoute(), aRecordRoute()]), 2)).toEqual([
      { ...measured, fromMs: 0, toMs: dayMs },
      { ...measured, fromMs: dayMs, toMs: 2 * dayMs },
    ])
  })

  it('leaves out records that nothing measures, and refuses a service that has nothing else', async () => {
    const [query] = await asked(errorsOf([aRoute53Route(), anAlbRoute()]))
    expect(query).toMatchObject({ routes: [groups(webLoadBalancer)] })
    await expect(asked(errorsOf([aRoute53Route()]))).rejects.toThrow(ValidationError)
  })
})

describe('the Region of counters', () => {
  const dimensions = { blue: { Side: 'blue' }, green: { Side: 'green' } }
  const counters = { namespace: 'Web', requests: 'Requests', bad: 'Errors', dimensions, periodSeconds: 10 as const }
  const gate = { measure: 'errors' as const, slowSeconds: null, source: counters }

  it('is that of a route, else the one that we are in', () => {
    const inIreland = { type: 'counters', counters, region: 'eu-west-1' }
    expect(sourceOf([aRoute53Route(), anAlbRoute()], gate, 'us-east-1')).toEqual(inIreland)
    expect(sourceOf([aRecordRoute()], gate)).toEqual(inIreland)
    expect(sourceOf([aRoute53Route()], gate, 'us-east-1')).toEqual({ ...inIreland, region: 'us-east-1' })
  })

  it('must be known', () => {
    expect(() => sourceOf([aRoute53Route()], gate)).toThrow('set AWS_REGION')
    expect(() => sourceOf([], gate)).toThrow('has no routes')
  })
})
