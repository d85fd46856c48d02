import * as z from 'zod'
import { alwaysOnGateName } from '../../../shared/domain/gates/always-on.ts'
import { always, httpUrl, seconds, secretName } from './common.ts'
import { compareGate } from './compare-gate.ts'
import { gateCommon } from './gate-common.ts'
import { metricGate } from './metric-gate.ts'
import { probeGate } from './probe-gate.ts'

const targetHealthGate = z
  .strictObject({
    ...gateCommon('target-health'),
    minHealthyPercent: z.number().min(0).max(100).default(100).describe('Of the registered targets, percent.'),
  })
  .describe('Enough healthy targets for the share. Always on; named here only to change its settings.')

const alarmsGate = z
  .strictObject({
    ...gateCommon('alarms'),
    alarmNames: z
      .array(z.string().min(1).max(255))
      .min(1)
      .max(100)
      .refine((names) => new Set(names).size === names.length, 'must name each alarm once'),
  })
  .describe('Fails when any of these CloudWatch alarms is in ALARM, or went there since the first shift.')

const route53HealthGate = z
  .strictObject({
    ...gateCommon('route53-health'),
    healthCheckIds: z
      .array(z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the id of a health check: letters, digits and hyphens'))
      .min(1)
      .max(100)
      .refine((ids) => new Set(ids).size === ids.length, 'must name each health check once'),
    minHealthy: z.exactOptional(z.int().min(1).max(100)).describe('How many must be healthy. Default: all of them.'),
  })
  .superRefine(({ healthCheckIds, minHealthy }, context) => {
    if (minHealthy === undefined || minHealthy <= healthCheckIds.length) return
    const message = `must not exceed the number of health checks, ${healthCheckIds.length}`
    context.addIssue({ code: 'custom', path: ['minHealthy'], message })
  })
  .describe('Fails when fewer of these Route 53 health checks are healthy.')

const webhookGate = z
  .strictObject({
    ...gateCommon('webhook'),
    url: httpUrl.describe('Gets a signed POST; `{side}` becomes `blue` or `green`.'),
    secretName: secretName.describe('Name of the secret that both sides sign with, in Parameter Store.'),
    // With the secret's own 10 s it must end within the 50 s that a function has.
    timeoutSeconds: seconds(30, 1).default(10).describe('For the whole answer. Real seconds.'),
    when: z
      .enum(['before', 'during', 'both'])
      .default('both')
      .describe('Before the first shift, during steps, or both.'),
  })
  .describe('A judge of your own over HTTP. Its answer is signed.')

export const gate = z
  .discriminatedUnion('kind', [
    targetHealthGate,
    alarmsGate,
    metricGate,
    probeGate,
    compareGate,
    route53HealthGate,
    webhookGate,
  ])
  .meta({ id: 'Gate' })

export type GateBody = z.output<typeof gate>

/** What each remembers of a week at many weights is up to 50 KB, and all of it is one item of the store. */
const mostComparisons = 8

export const gates = z
  .array(gate)
  .max(20)
  .superRefine(checkNames, always)
  .superRefine((all, context) => {
    const comparing = [...all.entries()].filter(([, { kind }]) => kind === 'compare')
    for (const [index] of comparing.slice(mostComparisons))
      context.addIssue({
        ...{ code: 'custom', path: [index, 'kind'] },
        message: `must not be "compare" more than ${mostComparisons} times`,
      })
  })
  .describe('Conditions that every step must pass. A `target-health` gate is added where there is none.')

function checkNames(value: unknown, context: z.RefinementCtx) {
  const seen = new Set<string>()
  for (const [index, entry] of Array.isArray(value) ? value.entries() : []) {
    const { name, kind } = nameAndKind(entry)
    if (name === undefined) continue
    const path = [index, 'name']
    if (seen.has(name)) context.addIssue({ code: 'custom', path, message: `is taken twice: "${name}"` })
    if (name === alwaysOnGateName && kind !== 'target-health')
      context.addIssue({ code: 'custom', path, message: `"${name}" is the name of the gate that is always on` })
    seen.add(name)
  }
}

/** The name a gate goes by, its kind where it gives none. Takes anything: other fields may be wrong. */
function nameAndKind(entry: unknown): { name?: string; kind?: string } {
  if (typeof entry !== 'object' || entry === null) return {}
  const kind = 'kind' in entry && typeof entry.kind === 'string' ? { kind: entry.kind } : {}
  if ('name' in entry && typeof entry.name === 'string') return { ...kind, name: entry.name }
  return { ...kind, ...(kind.kind !== undefined && { name: kind.kind }) }
}
