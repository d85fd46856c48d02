import { beforeEach, describe, expect, it } from 'vitest'
import type { HostCounts } from '../../../shared/adapters/cloudwatch/host-counts.ts'
import { createManyTargetHealth } from '../../../shared/adapters/many-target-health.ts'
import { NotFoundError, TransientError } from '../../../shared/domain/errors.ts'
import type { GroupHealth } from '../../../shared/ports/target-health.ts'
import { albArns } from '../../support/alb.ts'

const startMs = Date.UTC(2026, 0, 1)
const well: HostCounts = { healthy: 2, unhealthy: 0, startMs }
const directly: GroupHealth = { total: 3, healthy: 2, unknown: 0, reasons: ['10.0.0.1:80 unhealthy'], unused: false }
const counted = { total: 2, healthy: 2, unknown: 0, reasons: [], unused: false, countedAt: '2026-01-01T00:00:00.000Z' }
const wish = { loadBalancerArn: albArns.loadBalancer }

let asked: string[]
let looked: string[]
let paced: number
let counts: (arn: string) => Promise<HostCounts | null>

const health = () =>
  createManyTargetHealth({
    direct: {
      async read(arn) {
        asked.push(arn)
        if (arn === 'gone') throw new NotFoundError('there is no such group')
        return directly
      },
    },
    targetGroups: {
      async loadBalancerOf(arn) {
        looked.push(arn)
        return arn === 'unattached' ? null : albArns.loadBalancer
      },
    },
    countsOf: ({ targetGroupArn }) => counts(targetGroupArn),
    rate: (call) => {
      paced++
      return call()
    },
  })

/** A source whose first forty groups were asked about. */
async function afterMany() {
  const source = health()
  for (let n = 0; n < 40; n++) await source.read(`group-${n}`, wish)
  expect(asked.length).toBe(40)
  asked = []
  return source
}

beforeEach(() => {
  asked = []
  looked = []
  paced = 0
  counts = async () => well
})

describe('few target groups', () => {
  it('are asked about directly, at the rate that was given', async () => {
    const source = health()
    expect(await Promise.all(['a', 'b'].map((arn) => source.read(arn, wish)))).toEqual([directly, directly])
    expect(asked).toEqual(['a', 'b'])
    expect(paced).toBe(2)
  })

  it('are asked about once by all who ask at the same moment, a failure included', async () => {
    const source = health()
    await Promise.all([source.read('a', wish), source.read('a'), source.read('a', { fresh: true })])
    const gone = await Promise.allSettled([source.read('gone'), source.read('gone')])
    expect(gone).toMatchObject([{ reason: expect.any(NotFoundError) }, { reason: expect.any(NotFoundError) }])
    expect(asked).toEqual(['a', 'gone'])
  })
})

describe('a target group beyond the fortieth', () => {
  it('is counted where all is well, and says when', async () => {
    const source = await afterMany()
    expect(await source.read('a', wish)).toEqual(counted)
    expect(await source.read('group-0', wish)).toEqual(directly)
    expect({ asked, looked }).toEqual({ asked: [], looked: [] })
  })

  it('is looked for where the caller does not know its load balancer', async () => {
    const source = await afterMany()
    expect(await source.read('a')).toEqual(counted)
    expect(looked).toEqual(['a'])
  })

  it.each([
    ['a host is unhealthy', 'a', async () => ({ ...well, unhealthy: 1 })],
    ['none is healthy', 'a', async () => ({ ...well, healthy: 0 })],
    ['there is no count of the last minutes', 'a', async () => null],
    ['the counts cannot be read', 'a', async () => Promise.reject(new TransientError('CloudWatch is down'))],
    ['it hangs on no load balancer', 'unattached', async () => well],
  ])('is asked about where %s', async (_why, arn, countsOf) => {
    counts = countsOf
    const source = await afterMany()
    expect(await source.read(arn)).toEqual(directly)
    expect(asked).toEqual([arn])
  })

  it('is asked about by whoever wants to know how it is now', async () => {
    const source = await afterMany()
    expect(await source.read('a', wish)).toEqual(counted)
    expect(await source.read('a', { ...wish, fresh: true })).toEqual(directly)
    expect(asked).toEqual(['a'])
  })
})
