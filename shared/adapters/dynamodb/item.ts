import * as z from 'zod'
import type { Deployment, DeploymentEvent, DeploymentMeasures } from '../../domain/deployment.ts'
import { phases } from '../../domain/deployment.ts'
import { InvariantError } from '../../domain/errors.ts'
import type { SettledBucket } from '../../domain/gates/compare-buckets.ts'
import type { Stop } from '../../domain/raise-block.ts'
import type { RateKind } from '../../domain/rate-limit.ts'
import type { RequestBudgetState } from '../../domain/request-budget.ts'
import type { Service } from '../../domain/service.ts'
import type { RouteState } from '../../domain/traffic.ts'
import type { Lane } from '../../domain/zone-change.ts'

/** What the document client sends and receives for one item. */
export type Item = Record<string, unknown>

export interface Key {
  readonly pk: string
  readonly sk: string
}

/**
 * Where each thing lives. Lists that must be complete (services, pointers, queues) share one partition each, so that a query can
 * be strongly consistent; an index never is.
 */
export const keys = {
  service: (name: string): Key => ({ pk: 'SERVICES', sk: name }),
  claim: (resource: string): Key => ({ pk: `CLAIM#${resource}`, sk: 'CLAIM' }),
  idempotency: (key: string): Key => ({ pk: `KEY#${key}`, sk: 'KEY' }),
  pointer: (service: string): Key => ({ pk: 'POINTERS', sk: service }),
  /** All queues are one partition, each in the order of its ids. No name of a service has a `#`. */
  queued: (service: string, id: string): Key => ({ pk: 'QUEUES', sk: `${service}#${id}` }),
  deployment: (id: string): Key => ({ pk: `DEPLOYMENT#${id}`, sk: 'RECORD' }),
  /** Padded, so that text order is number order. */
  event: (id: string, seq: number): Key => ({ pk: `DEPLOYMENT#${id}`, sk: `EVENT#${String(seq).padStart(12, '0')}` }),
  /** By the end of the bucket, milliseconds since the epoch, padded as the numbers of events are. */
  bucket: (id: string, gate: string, endMs: number): Key => ({
    pk: `DEPLOYMENT#${id}`,
    sk: `BUCKET#${gate}#${String(endMs).padStart(16, '0')}`,
  }),
  measures: (id: string): Key => ({ pk: `DEPLOYMENT#${id}`, sk: 'MEASURES' }),
  /** Where its message in a chat is. */
  shownMessage: (id: string): Key => ({ pk: `DEPLOYMENT#${id}`, sk: 'SHOWN-MESSAGE' }),
  alert: (id: string, alert: string): Key => ({ pk: `DEPLOYMENT#${id}`, sk: `ALERT#${alert}` }),
  wakeToken: (id: string): Key => ({ pk: `DEPLOYMENT#${id}`, sk: 'WAKE-TOKEN' }),
  lease: (resource: string): Key => ({ pk: `LEASE#${resource}`, sk: 'LEASE' }),
  /** A zone's changes are one partition, in the order in which they are sent; ids begin with their time. */
  zoneChange: (hostedZoneId: string, lane: Lane, id: string): Key => ({
    pk: `ZONE#${hostedZoneId}`,
    sk: `CHANGE#${laneOrder[lane]}#${id}`,
  }),
  propagation: (changeId: string): Key => ({ pk: `PROPAGATION#${changeId}`, sk: 'PROPAGATION' }),
  requestBudget: { pk: 'BUDGET#route53', sk: 'BUDGET' } satisfies Key,
  trigger: (id: string): Key => ({ pk: `TRIGGER#${id}`, sk: 'TRIGGER' }),
  /** By the start of the window, padded as the numbers of events are. */
  rate: (kind: RateKind, callerDigest: string, windowStartMs: number): Key => ({
    pk: `RATE#${kind}#${callerDigest}`,
    sk: String(windowStartMs).padStart(16, '0'),
  }),
  /** There while the line is stopped. */
  stop: { pk: 'STOP', sk: 'STOP' } satisfies Key,
  policy: { pk: 'POLICY', sk: 'POLICY' } satisfies Key,
  token: (id: string): Key => ({ pk: 'TOKENS', sk: id }),
  /** One partition, padded as the numbers of events are. No other item is in it, so that IAM can keep it append-only. */
  auditEntry: (seq: number): Key => ({ pk: 'AUDIT', sk: String(seq).padStart(12, '0') }),
}

/** As text: a rollback's key is before every plan's. */
const laneOrder: Readonly<Record<Lane, string>> = { rollback: '0', plan: '1' }

/** Partition key value of every deployment in the index of all deployments. */
export const everyDeployment = 'deployments'

/**
 * A record is stored as JSON text beside the attributes that conditions and indexes need. As a map, DynamoDB would refuse
 * numbers beyond 1E±125, more than 32 levels and `undefined`, and evidence and snapshots can hold any JSON.
 *
 * @see Amazon DynamoDB Developer Guide, "Constraints in Amazon DynamoDB"
 */
export function toRecordItem(key: Key, record: unknown, attributes: Item = {}): Item {
  return { ...key, schemaVersion: 1, ...attributes, record: JSON.stringify(record) }
}

export function toDeploymentItem(deployment: Deployment): Item {
  const { id, service, phase, revision } = deployment
  const indexed = { deploymentList: everyDeployment, deploymentId: id, deploymentService: service }
  return toRecordItem(keys.deployment(id), deployment, { ...indexed, phase, revision })
}

export function toServiceItem(service: Service): Item {
  return toRecordItem(keys.service(service.name), service, { revision: service.revision })
}

export function toMeasuresItem(id: string, measures: DeploymentMeasures): Item {
  return toRecordItem(keys.measures(id), measures, { revision: measures.revision })
}

export function toEventItem(id: string, event: DeploymentEvent): Item {
  return toRecordItem(keys.event(id, event.seq), event, { seq: event.seq })
}

/** Numbers only, in the order of {@link aBucket}: one write unit (1 KB) also with the 20 routes that a service may have. */
export function toBucketItem(id: string, gate: string, { startMs, endMs, step, weight, strata }: SettledBucket): Item {
  const counts = strata.map(({ stable, canary }) => [stable.requests, stable.bad, canary.requests, canary.bad])
  return toRecordItem(keys.bucket(id, gate, endMs), [startMs, endMs, step, weight, counts])
}

export function toRequestBudgetItem(state: RequestBudgetState, revision: number): Item {
  return toRecordItem(keys.requestBudget, state, { revision })
}

export function toStopItem(stop: Stop): Item {
  return toRecordItem(keys.stop, stop)
}

const aRevision = z.int().positive()
const anEvent = z.looseObject({ seq: z.int().positive(), at: z.string(), type: z.string(), reason: z.string() })
const aDeployment = z.looseObject({
  schemaVersion: z.literal(1),
  id: z.string().min(1),
  service: z.string().min(1),
  version: z.int(),
  revision: aRevision,
  phase: z.enum(phases),
  goal: z.enum(['plan', 'snapshot']),
  settings: z.looseObject({ routes: z.array(z.unknown()) }),
  plan: z.looseObject({ steps: z.array(z.unknown()) }),
  routes: z.array(z.unknown()),
  eventSeq: z.int().nonnegative(),
  lastEvents: z.array(anEvent),
})
const aService = z.looseObject({ name: z.string().min(1), routes: z.array(z.unknown()), revision: aRevision })
const someMeasures = z.looseObject({
  revision: aRevision,
  gates: z.array(z.unknown()),
  memories: z.record(z.string(), z.unknown()),
})
export const aRouteState = z.looseObject({
  weights: z.object({ blue: z.number().nullable(), green: z.number().nullable() }),
  settings: z.string(),
})

const aRequestBudget = z.looseObject({
  atMs: z.int(),
  account: z.int().nonnegative(),
  plan: z.int().nonnegative(),
  planNotBeforeMs: z.int(),
})

const aStop = z.looseObject({
  reason: z.string(),
  by: z.looseObject({ kind: z.string(), name: z.string() }),
  at: z.iso.datetime(),
})

const aCount = z.number().nonnegative()
/** startMs, endMs, step, weight, and for each stratum: stable's requests and bad ones, the canary's requests and bad ones. */
const aBucket = z.tuple([
  z.int().nonnegative(),
  z.int().positive(),
  z.int(),
  z.number().min(0).max(100),
  z.array(z.tuple([aCount, aCount, aCount, aCount])),
])

// Each `from…` checks what tells a record of this version from anything else; the rest is as we wrote it.

/** @throws {InvariantError} If it is no deployment as this version of Sluice writes it. */
export function fromDeploymentItem(item: Item): Deployment {
  return fromRecordItem<Deployment>(item, aDeployment)
}

/** @throws {InvariantError} As {@link fromDeploymentItem}. */
export function fromBucketItem(item: Item): SettledBucket {
  const [startMs, endMs, step, weight, counts] = fromRecordItem<z.output<typeof aBucket>>(item, aBucket)
  const strata = counts.map(([requests, bad, onCanary, badOnCanary]) => ({
    stable: { requests, bad },
    canary: { requests: onCanary, bad: badOnCanary },
  }))
  return { startMs, endMs, step, weight, strata }
}

/** @throws {InvariantError} As {@link fromDeploymentItem}. */
export function fromServiceItem(item: Item): Service {
  return fromRecordItem<Service>(item, aService)
}

/** @throws {InvariantError} As {@link fromDeploymentItem}. */
export function fromMeasuresItem(item: Item): DeploymentMeasures {
  return fromRecordItem<DeploymentMeasures>(item, someMeasures)
}

/** @throws {InvariantError} As {@link fromDeploymentItem}. */
export function fromEventItem(item: Item): DeploymentEvent {
  return fromRecordItem<DeploymentEvent>(item, anEvent)
}

/** @throws {InvariantError} As {@link fromDeploymentItem}. */
export function fromRequestBudgetItem(item: Item): RequestBudgetState {
  return fromRecordItem<RequestBudgetState>(item, aRequestBudget)
}

/** @throws {InvariantError} As {@link fromDeploymentItem}. */
export function fromStopItem(item: Item): Stop {
  return fromRecordItem<Stop>(item, aStop)
}

/** @throws {InvariantError} If an attribute of `item` is not of the asked type. */
export function readText(item: Item, name: string): string {
  const value = item[name]
  if (typeof value !== 'string') throw malformed(item, `${name} is no text`)
  return value
}

/** @throws {InvariantError} As {@link readText}. */
export function readNumber(item: Item, name: string): number {
  const value = item[name]
  if (typeof value !== 'number') throw malformed(item, `${name} is no number`)
  return value
}

/** The state that `name` holds as JSON text; null without it. @throws {InvariantError} As {@link readText}. */
export function readRouteState(item: Item, name: string): RouteState | null {
  return item[name] === undefined ? null : readJson<RouteState>(item, name, aRouteState)
}

/** @throws {InvariantError} As {@link readText}. */
export function fromRecordItem<T>(item: Item, schema: z.ZodType): T {
  if (item.schemaVersion !== 1) throw malformed(item, `schemaVersion is ${String(item.schemaVersion)}, known is 1`)
  return readJson<T>(item, 'record', schema)
}

/** `T` beyond what `schema` checks is what our own `to…` put there. @throws {InvariantError} As {@link readText}. */
export function readJson<T>(item: Item, name: string, schema: z.ZodType): T {
  const text = readText(item, name)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw malformed(item, `${name} is no JSON`, error)
  }
  const checked = schema.safeParse(value)
  if (!checked.success) throw malformed(item, `${name}: ${z.prettifyError(checked.error)}`, checked.error)
  return value as T
}

function malformed(item: Item, what: string, cause?: unknown): InvariantError {
  return new InvariantError(`stored item ${String(item.pk)} ${String(item.sk)} is not readable: ${what}`, { cause })
}
