import type { MemoryCloud } from '../../shared/adapters/memory/cloud.ts'
import type { Service } from '../../shared/domain/service.ts'
import { anAlbRoute, webArns } from './builders.ts'
import { appPair, aRoute53Route } from './record-sets.ts'
import { startWalk, type Walk, type WalkOptions } from './workflow-walk.ts'

const elsewhere = 'arn:aws:elasticloadbalancing:us-east-1:123456789012'

/** The same service behind a load balancer of another Region. */
export const eastArns = {
  rule: `${elsewhere}:listener-rule/app/shop-east/60dc6c495c0c9188/a2f7dc8efc522ab2/1683b2d02a6cabee`,
  blue: `${elsewhere}:targetgroup/east-blue/13e2d6bc24d8a067`,
  green: `${elsewhere}:targetgroup/east-green/243f017f100becff`,
}

/** A load balancer in Region A, one in Region B, then the records of both. */
export const threeWaves = [
  anAlbRoute({ wave: 1 }),
  { kind: 'alb', ruleArn: eastArns.rule, blue: eastArns.blue, green: eastArns.green, wave: 2 },
  aRoute53Route({ wave: 3 }),
] as const

const strategy = { type: 'canary', percent: 10, intervalSeconds: 300, bakeSeconds: 60 } as const

/** Puts the pair there: everything to blue, TTL 60. */
export function setPair(zones: MemoryCloud['hostedZones'], weights: { readonly blue: number; readonly green: number }) {
  for (const slot of ['blue', 'green'] as const)
    zones.set(appPair.hostedZoneId, {
      ...{ Name: 'app.example.com.', Type: 'A', SetIdentifier: appPair[slot], Weight: weights[slot] },
      ...{ TTL: 60, ResourceRecords: [{ Value: slot === 'blue' ? '192.0.2.1' : '192.0.2.2' }] },
    })
}

/** A walk over three waves: two load balancers, then DNS. */
export function walkThreeWaves(service: Partial<Service> = {}, options: WalkOptions = {}): Promise<Walk> {
  return startWalk({
    rules: [eastArns],
    zones(zones) {
      zones.addZone(appPair.hostedZoneId, { name: 'example.com' })
      setPair(zones, { blue: 100, green: 0 })
    },
    service: { routes: threeWaves, strategy, ...service },
    ...options,
  })
}

/** Green's share in each wave now, percent. */
export function greens({ cloud }: Walk): readonly [number, number, number] {
  const share = (rule: string, blue: string, green: string) => {
    const weights = cloud.weightsOf(rule)
    return percent(weights[green], weights[blue])
  }
  const records = cloud.hostedZones.weightsOf(appPair.hostedZoneId, appPair.name, appPair.type)
  return [
    share(webArns.rule, webArns.blue, webArns.green),
    share(eastArns.rule, eastArns.blue, eastArns.green),
    percent(records[appPair.green], records[appPair.blue]),
  ]
}

function percent(part = 0, rest = 0): number {
  return (100 * part) / (part + rest)
}
