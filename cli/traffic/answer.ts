import * as z from 'zod'

// What `sluice traffic` reads of the API's answers; whatever else they hold is left as it is.

const weights = z.looseObject({ blue: z.number(), green: z.number() })
const side = z.nullable(z.looseObject({ healthy: z.int(), total: z.int() }))
const slot = z.enum(['blue', 'green'])

export const aTraffic = z.looseObject({
  routes: z.array(
    z.looseObject({
      kind: z.string(),
      resource: z.string(),
      raw: z.nullable(weights),
      targets: z.looseObject({ blue: side, green: side }),
      lastWritten: z.nullable(weights),
      foreignChange: z.nullable(
        z.looseObject({ before: z.nullable(weights), after: weights, beyondWeights: z.boolean(), reason: z.string() }),
      ),
      problem: z.nullable(z.string()),
    }),
  ),
  leases: z.array(z.looseObject({ resource: z.string(), holder: z.string(), expiresAt: z.string() })),
  rollback: z.nullable(
    z.looseObject({ ready: z.boolean(), reasons: z.array(z.string()), estimatedSeconds: z.number() }),
  ),
})

export const aDeploymentPage = z.looseObject({
  items: z.array(
    z.looseObject({
      id: z.string(),
      phase: z.string(),
      endedAt: z.nullable(z.string()),
      stable: slot,
      canary: slot,
    }),
  ),
})

export const anEventPage = z.looseObject({
  items: z.array(
    z.looseObject({
      at: z.string(),
      type: z.string(),
      resource: z.exactOptional(z.string()),
      after: z.exactOptional(weights),
    }),
  ),
  nextCursor: z.nullable(z.string()),
})

export type TrafficAnswer = z.output<typeof aTraffic>
export type RouteAnswer = TrafficAnswer['routes'][number]
export type DeploymentAnswer = z.output<typeof aDeploymentPage>['items'][number]
export type Weights = z.output<typeof weights>
