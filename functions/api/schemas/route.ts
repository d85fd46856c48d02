import * as z from 'zod'
import { appSpecRules } from '../../../shared/domain/app-spec-rules.ts'
import { normaliseName } from '../../../shared/domain/record-set.ts'
import { always, notYet, ruled } from './common.ts'

const elb = (resource: string) => new RegExp(`^arn:[\\w-]+:elasticloadbalancing:[a-z0-9-]+:\\d{12}:${resource}$`)

const ruleArn = z
  .string()
  .regex(
    elb('listener-rule/app/[\\w-]+/\\w+/\\w+/\\w+'),
    'must be the ARN of an Application Load Balancer rule: arn:…:listener-rule/app/…',
  )
  .describe('A listener rule with a forward action.')
const listenerArn = z
  .string()
  .regex(
    elb('listener/app/[\\w-]+/\\w+/\\w+'),
    'must be the ARN of an Application Load Balancer listener: arn:…:listener/app/…',
  )
  .describe('A listener: its default action is meant.')
const targetGroupArn = z
  .string()
  .regex(elb('targetgroup/[\\w-]+/\\w+'), 'must be the ARN of a target group: arn:…:targetgroup/…')

/** Either a rule or a listener's default action; the JSON Schema says so too. */
const ruleOrListener = { oneOf: [{ required: ['ruleArn'] }, { required: ['listenerArn'] }] }

function checkRuleOrListener(value: unknown, context: z.RefinementCtx) {
  const rule = textAt(value, 'ruleArn')
  const listener = textAt(value, 'listenerArn')
  if (rule !== undefined && listener !== undefined)
    context.addIssue({ code: 'custom', path: ['listenerArn'], message: 'give ruleArn or listenerArn, not both' })
  if (isObject(value) && !('ruleArn' in value) && !('listenerArn' in value))
    context.addIssue({ code: 'custom', path: ['ruleArn'], message: 'is required, or listenerArn in its place' })
}

function checkSidesDiffer(value: unknown, context: z.RefinementCtx) {
  const blue = textAt(value, 'blue')
  if (blue !== undefined && blue === textAt(value, 'green'))
    context.addIssue({ code: 'custom', path: ['green'], message: 'must be another one than blue' })
}

const assumeRole = notYet(
  z.strictObject({
    arn: z.string().regex(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'must be the ARN of a role'),
    externalId: z.exactOptional(z.string().min(2).max(1224)),
  }),
).describe('Role to assume where the route is in another account. Not available yet.')

const wave = z
  .int()
  .min(1)
  .max(20)
  .default(1)
  .describe('Routes of one wave move together; waves run one after the other, lowest first, the full plan each.')

const testEntry = z
  .strictObject({ ruleArn: z.exactOptional(ruleArn), listenerArn: z.exactOptional(listenerArn) })
  .superRefine(checkRuleOrListener, always)
  .meta({ ...ruleOrListener, description: 'Pointed at the canary while it is verified, restored after.' })

const albRoute = z
  .strictObject({
    kind: z.literal('alb'),
    ruleArn: z.exactOptional(ruleArn),
    listenerArn: z.exactOptional(listenerArn),
    blue: targetGroupArn,
    green: targetGroupArn,
    test: z.exactOptional(testEntry),
    assumeRole: z.exactOptional(assumeRole),
    wave,
  })
  .superRefine(checkRuleOrListener, always)
  .superRefine(checkSidesDiffer, always)
  .meta({ ...ruleOrListener, description: 'Weighted target groups of an Application Load Balancer.' })

const hostedZoneId = z
  .string()
  .regex(/^(\/hostedzone\/)?Z[A-Z0-9]{1,31}$/, 'must be the id of a hosted zone: Z…, with or without /hostedzone/')
  .describe('The hosted zone, public or private.')

/** A label of a domain name: what Route 53 keeps as it is, or three octal digits for another character. */
const label = '(?:[\\w-]|\\\\[0-7]{3}){1,63}'

const recordName = z
  .string()
  .regex(
    new RegExp(`^(?=.{1,255}$)(?:\\*|${label})(?:\\.${label})+\\.?$`),
    'must be a domain name: labels of letters, digits, - and _ (others as \\ooo), joined by dots; the first may be *',
  )
  .describe('Name of the records: case, a final dot and escapes make no difference.')

const setIdentifier = z.string().min(1).max(128).describe("`SetIdentifier` of this side's weighted record.")

const route53Route = z
  .strictObject({
    kind: z.literal('route53'),
    hostedZoneId,
    name: recordName,
    type: z.enum(['A', 'AAAA', 'CNAME', 'HTTPS', 'SVCB', 'MX', 'SRV', 'TXT']),
    blue: setIdentifier,
    green: setIdentifier,
    targetGroups: z
      .exactOptional(
        z.strictObject({ blue: targetGroupArn, green: targetGroupArn }).superRefine(checkSidesDiffer, always),
      )
      .describe('Where health and metrics of each side come from; without it nothing measures the sides.'),
    assumeRole: z.exactOptional(assumeRole),
    wave,
  })
  .superRefine(checkSidesDiffer, always)
  .describe('Two weighted records of one name and type in a Route 53 hosted zone.')

const aliasRoute = z
  .strictObject({
    kind: z.literal('lambda-alias'),
    functionName: ruled(appSpecRules.functionName).describe('Name of the function, or its ARN without a qualifier.'),
    alias: ruled(appSpecRules.alias),
    assumeRole: z.exactOptional(assumeRole),
    wave,
  })
  .describe('An alias of a Lambda function: its calls are divided between two published versions.')

const codedeployName = (of: string) =>
  z.string().regex(/^[\w.+=,@-]{1,100}$/, `must be the name of ${of}: letters, digits and ._+=,@-, at most 100`)

const codedeployRoute = z
  .strictObject({
    kind: z.literal('codedeploy'),
    applicationName: codedeployName('an application'),
    deploymentGroupName: codedeployName('a deployment group'),
    onForeignDeployment: z
      .enum(['refuse', 'adopt'])
      .default('refuse')
      .describe('When a deployment that somebody else started runs in the group: do not start, or take it over.'),
    assumeRole: z.exactOptional(assumeRole),
    wave: z.literal(1).default(1).describe('It stands alone, so there is one wave.'),
  })
  .describe('A deployment group: CodeDeploy owns the shift, Sluice starts, judges and stops it. Stands alone.')

const route = z.discriminatedUnion('kind', [albRoute, route53Route, aliasRoute, codedeployRoute]).meta({ id: 'Route' })

export type RouteBody = z.output<typeof route>

export const routes = z
  .array(route)
  .min(1)
  .max(20)
  .superRefine(checkNoResourceTwice, always)
  .superRefine(checkAliasesSpeltAlike, always)
  .superRefine(checkCodedeployAlone, always)
  .describe('What moves together.')

/** Two writers of one rule or record set would undo each other, even inside one service. */
function checkNoResourceTwice(value: unknown, context: z.RefinementCtx) {
  const seen = new Set<string>()
  for (const { resource, path, limit } of resourcesIn(value)) {
    if (seen.has(resource)) context.addIssue({ code: 'custom', path, message: `is named twice: ${limit} at most once` })
    seen.add(resource)
  }
}

interface NamedResource {
  readonly resource: string
  readonly path: (string | number)[]
  readonly limit: string
}

function* resourcesIn(value: unknown): Generator<NamedResource> {
  for (const [index, route] of Array.isArray(value) ? value.entries() : []) {
    yield* actionsIn(route, index)
    yield* recordSetIn(route, index)
    yield* aliasIn(route, index)
  }
}

function* actionsIn(route: unknown, index: number): Generator<NamedResource> {
  const limit = 'each rule or listener'
  for (const field of ['ruleArn', 'listenerArn']) {
    const own = textAt(route, field)
    if (own !== undefined) yield { resource: own, path: [index, field], limit }
    const test = isObject(route) ? textAt(route.test, field) : undefined
    if (test !== undefined) yield { resource: test, path: [index, 'test', field], limit }
  }
}

/** Spelled as everywhere behind the schema: two spellings are one record set. */
function* recordSetIn(route: unknown, index: number): Generator<NamedResource> {
  const [zone, name, type] = ['hostedZoneId', 'name', 'type'].map((field) => textAt(route, field))
  if (zone === undefined || name === undefined || type === undefined) return
  const resource = `${toHostedZoneId(zone)} ${normaliseName(name)} ${type}`
  yield { resource, path: [index, 'name'], limit: 'each record set (zone, name and type)' }
}

function* aliasIn(route: unknown, index: number): Generator<NamedResource> {
  const [functionName, alias] = ['functionName', 'alias'].map((field) => textAt(route, field))
  if (functionName === undefined || alias === undefined) return
  const limit = 'each alias'
  yield { resource: `${functionName}:${alias}`, path: [index, 'functionName'], limit }
}

/** Whether a name and an ARN are one function depends on where Sluice runs; two ARNs that differ are two functions. */
function checkAliasesSpeltAlike(value: unknown, context: z.RefinementCtx) {
  const aliases = (Array.isArray(value) ? value : []).map((route: unknown) => ({
    functionName: textAt(route, 'functionName') ?? '',
    alias: textAt(route, 'alias'),
  }))
  for (const [index, { functionName, alias }] of aliases.entries()) {
    const other = aliases
      .slice(0, index)
      .findIndex((one) => one.alias === alias && areTwoSpellings(one.functionName, functionName))
    if (other === -1) continue
    const message = `may be the function of routes[${other}]: give both by name, or both by ARN`
    context.addIssue({ code: 'custom', path: [index, 'functionName'], message })
  }
}

function areTwoSpellings(a: string, b: string): boolean {
  return a !== b && (a.endsWith(`:${b}`) || b.endsWith(`:${a}`))
}

/** The id of a hosted zone without the `/hostedzone/` that AWS answers and takes before it. */
export function toHostedZoneId(given: string): string {
  return given.replace(/^\/hostedzone\//, '')
}

function checkCodedeployAlone(value: unknown, context: z.RefinementCtx) {
  if (!Array.isArray(value) || value.length < 2) return
  for (const [index, route] of value.entries())
    if (textAt(route, 'kind') === 'codedeploy')
      context.addIssue({ code: 'custom', path: [index], message: 'a codedeploy route stands alone in its service' })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function textAt(value: unknown, field: string): string | undefined {
  const found = isObject(value) ? value[field] : undefined
  return typeof found === 'string' ? found : undefined
}
