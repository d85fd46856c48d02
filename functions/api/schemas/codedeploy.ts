import * as z from 'zod'
import { readAppSpec } from '../../../shared/domain/app-spec.ts'
import { appSpecLimits, appSpecRules, hookEvents } from '../../../shared/domain/app-spec-rules.ts'
import { ValidationError } from '../../../shared/domain/errors.ts'
import { always, ruled } from './common.ts'

const hook = ruled(appSpecRules.hookFunction)
const hooksOf = <K extends string>(events: readonly K[]) =>
  z
    .strictObject(
      Object.fromEntries(events.map((event) => [event, z.exactOptional(hook)])) as Record<
        K,
        z.ZodExactOptional<typeof hook>
      >,
    )
    .describe('Lambda functions by lifecycle event; CodeDeploy calls each, and waits up to an hour for its answer.')

const ecs = z
  .strictObject({
    taskDefinition: ruled(appSpecRules.taskDefinition).describe('ARN with its revision.'),
    containerName: ruled(appSpecRules.containerName).describe('The container that gets the traffic.'),
    containerPort: z.int().min(1).max(65_535),
    platformVersion: z.exactOptional(ruled(appSpecRules.platformVersion)).describe('Of Fargate. Default: LATEST.'),
    capacityProviderStrategy: z.exactOptional(
      z
        .array(
          z.strictObject({
            capacityProvider: ruled(appSpecRules.capacityProvider),
            base: z.exactOptional(z.int().min(0).max(appSpecLimits.maxBase)),
            weight: z.exactOptional(z.int().min(0).max(appSpecLimits.maxWeight)),
          }),
        )
        .min(1)
        .max(appSpecLimits.maxCapacityProviders),
    ),
    networkConfiguration: z.exactOptional(
      z.strictObject({
        subnets: z.array(ruled(appSpecRules.subnet)).min(1).max(appSpecLimits.maxSubnets),
        securityGroups: z.exactOptional(
          z.array(ruled(appSpecRules.securityGroup)).max(appSpecLimits.maxSecurityGroups),
        ),
        assignPublicIp: z.exactOptional(z.enum(['ENABLED', 'DISABLED'])),
      }),
    ),
    hooks: hooksOf(hookEvents.ECS).default({}),
  })
  .describe('An AppSpec for an ECS service, by its fields.')

const version = ruled(appSpecRules.version)

const lambda = z
  .strictObject({
    functionName: ruled(appSpecRules.functionName),
    alias: ruled(appSpecRules.alias),
    currentVersion: version.describe('What the alias serves now.'),
    targetVersion: version.describe('What it is to serve.'),
    hooks: hooksOf(hookEvents.Lambda).default({}),
  })
  .superRefine(({ currentVersion, targetVersion }, context) => {
    if (currentVersion !== targetVersion) return
    context.addIssue({
      code: 'custom',
      path: ['targetVersion'],
      message: 'must be another version than currentVersion',
    })
  })
  .describe('An AppSpec for a Lambda alias, by its fields.')

const s3 = z
  .strictObject({
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'),
    key: z.string().min(1).max(1024),
    bundleType: z.enum(['tar', 'tgz', 'zip', 'YAML', 'JSON']),
    version: z.exactOptional(z.string().min(1).max(1024)).describe('Of the object. Default: the newest.'),
    eTag: z.exactOptional(z.string().min(1).max(128)).describe('Of the object; CodeDeploy refuses another one.'),
  })
  .describe('A bundle for servers, which holds its own AppSpec.')

const github = z
  .strictObject({
    repository: z
      .string()
      .max(200)
      .regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name, such as "acme/web"'),
    commitId: z.string().regex(/^[0-9a-f]{40}$/, 'must be the full id of a commit: 40 hexadecimal digits'),
  })
  .describe('A commit for servers, which holds its own AppSpec.')

const appSpec = z
  .record(z.string(), z.unknown())
  .superRefine((value, context) => {
    for (const { path, message } of problemsOf(value))
      context.addIssue({ code: 'custom', path: path === '' ? [] : [path], message })
  })
  .describe('An AppSpec for ECS or Lambda, whole, with the keys of the CodeDeploy reference.')

/** What CodeDeploy is to deploy. */
export const codedeployBody = z
  .strictObject({
    appSpec: z.exactOptional(appSpec),
    ecs: z.exactOptional(ecs),
    lambda: z.exactOptional(lambda),
    s3: z.exactOptional(s3),
    github: z.exactOptional(github),
  })
  .superRefine(checkExactlyOne, always)
  .meta({ oneOf: ['appSpec', 'ecs', 'lambda', 's3', 'github'].map((name) => ({ required: [name] })) })

export type CodeDeployBody = z.output<typeof codedeployBody>

function checkExactlyOne(value: unknown, context: z.RefinementCtx) {
  if (typeof value !== 'object' || value === null) return
  const known = ['appSpec', 'ecs', 'lambda', 's3', 'github'].filter((name) => name in value)
  if (known.length === 0)
    context.addIssue({ code: 'custom', message: 'needs one of appSpec, ecs, lambda, s3 or github' })
  for (const path of known.slice(1))
    context.addIssue({ code: 'custom', path: [path], message: `must be left out beside ${known[0]}: give one of them` })
}

/** Its rules belong to the domain; paths from the AppSpec on. */
function problemsOf(value: Readonly<Record<string, unknown>>) {
  try {
    readAppSpec(value, '')
    return []
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error
    return error.problems.map(({ path, message }) => ({ path: path.replace(/^\./, ''), message }))
  }
}
