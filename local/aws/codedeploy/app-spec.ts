import { parse } from 'yaml'
import { z } from 'zod'
import { DeploymentFailure } from './failure.ts'
import { hookableEvents } from './lifecycle.ts'

/** What a deployment to ECS or Lambda takes from its AppSpec. */
export interface AppSpec {
  readonly resource: EcsResource | LambdaResource
  /** Lambda functions by lifecycle event. */
  readonly hooks: Readonly<Record<string, string>>
}

export interface EcsResource {
  readonly platform: 'ECS'
  /** ARN with its revision. */
  readonly taskDefinition: string
  readonly containerName: string
  readonly containerPort: number
}

export interface LambdaResource {
  readonly platform: 'Lambda'
  readonly functionName: string
  readonly alias: string
  readonly currentVersion: string
  readonly targetVersion: string
}

/**
 * Reads an AppSpec, JSON or YAML. CodeDeploy does so when the deployment has begun: a wrong one fails the deployment and
 * not the call. Keys are read in any letter case, as the guide itself writes both.
 *
 * @throws {DeploymentFailure} `INVALID_REVISION`, naming every wrong member.
 * @see CodeDeploy user guide, "AppSpec 'resources' section", "AppSpec 'hooks' section"
 */
export function parseAppSpec(content: string, platform: 'ECS' | 'Lambda'): AppSpec {
  const document = documentSchema.safeParse(withLowerKeys(parseText(content)))
  if (!document.success) throw invalid(z.prettifyError(document.error))
  const { resources, hooks } = document.data
  const [entry] = resources
  if (!entry || resources.length > 1) throw invalid('Exactly one resource must be specified.')
  const [resource] = Object.values(entry)
  const read = (platform === 'ECS' ? ecsSchema : lambdaSchema).safeParse(resource)
  if (!read.success) throw invalid(z.prettifyError(read.error))
  return { resource: read.data, hooks: checkHooks(hooks, platform) }
}

const text = z.union([z.string(), z.number()]).transform(String).pipe(z.string().min(1))
const documentSchema = z.object({
  version: z.union([z.literal(0), z.literal('0.0')]),
  resources: z.array(z.record(z.string(), z.unknown())),
  hooks: z
    .array(z.record(z.string(), z.string().min(1)))
    .nullish()
    .transform((hooks) => hooks ?? []),
})
const taskDefinitionArn = /^arn:[a-z-]+:ecs:[a-z0-9-]+:\d{12}:task-definition\/[\w-]+:\d+$/
const ecsSchema = z
  .object({
    type: z.literal('AWS::ECS::Service'),
    properties: z.object({
      taskdefinition: z.string().regex(taskDefinitionArn, 'must be the ARN of a task definition with its revision'),
      loadbalancerinfo: z.object({
        containername: text,
        containerport: z.coerce.number().int().min(1).max(65_535),
      }),
    }),
  })
  .transform(
    ({ properties: { taskdefinition, loadbalancerinfo } }): EcsResource => ({
      platform: 'ECS',
      taskDefinition: taskdefinition,
      containerName: loadbalancerinfo.containername,
      containerPort: loadbalancerinfo.containerport,
    }),
  )
const lambdaSchema = z
  .object({
    type: z.literal('AWS::Lambda::Function'),
    properties: z.object({ name: text, alias: text, currentversion: text, targetversion: text }),
  })
  .transform(
    ({ properties: { name, alias, currentversion, targetversion } }): LambdaResource => ({
      platform: 'Lambda',
      functionName: name,
      alias,
      currentVersion: currentversion,
      targetVersion: targetversion,
    }),
  )

function parseText(content: string): unknown {
  try {
    // Tags that it does not know are CloudFormation's: nothing to warn of on standard error.
    return parse(content, { logLevel: 'error' })
  } catch {
    throw invalid('The input AppSpec file is a not well-formed yaml. The template cannot be parsed.')
  }
}

/** Names of events are written as `hookableEvents` has them, whatever case the AppSpec has. */
function checkHooks(hooks: readonly Readonly<Record<string, string>>[], platform: 'ECS' | 'Lambda') {
  const allowed = hookableEvents(platform)
  const found = hooks.flatMap((hook) => Object.entries(hook))
  const named = found.map(([key, functionName]): [string, string] => {
    const event = allowed.find((name) => name.toLowerCase() === key)
    if (!event) throw invalid(`'${key}' is no lifecycle event that can have a hook; there are ${allowed.join(', ')}.`)
    return [event, functionName]
  })
  if (new Set(named.map(([event]) => event)).size < named.length) {
    throw invalid('A lifecycle event can have one hook.')
  }
  return Object.fromEntries(named)
}

function withLowerKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withLowerKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toLowerCase(), withLowerKeys(member)]))
}

function invalid(reason: string): DeploymentFailure {
  return new DeploymentFailure(
    'INVALID_REVISION',
    'The deployment failed because the AppSpec file that specifies the deployment configuration is missing or has an ' +
      `invalid configuration. ${reason}`,
  )
}
