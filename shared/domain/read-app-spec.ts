import type {
  AppSpecFields,
  CapacityProvider,
  EcsAppSpec,
  Hooks,
  LambdaAppSpec,
  NetworkConfiguration,
} from './app-spec.ts'
import {
  createMemberReader,
  isGiven,
  isPlainObject,
  type Member,
  type MemberReader,
  toMember,
} from './app-spec-members.ts'
import { appSpecLimits, appSpecRules, hookEvents } from './app-spec-rules.ts'
import type { AppSpec } from './codedeploy-revision.ts'
import { type Problem, ValidationError } from './errors.ts'

/**
 * Reads an AppSpec for ECS or Lambda. Keys count in any letter case, as CodeDeploy's own reference writes them in two;
 * keys that it does not know are refused, since CodeDeploy would pass over a misspelt hook in silence.
 *
 * @param path - Where the AppSpec stands; the problems' paths begin with it. Default `codedeploy.appSpec`.
 * @throws {ValidationError} With every problem and its path.
 * @see CodeDeploy user guide, "AppSpec file structure for Amazon ECS / AWS Lambda deployments"
 */
export function readAppSpec(appSpec: AppSpec, path = 'codedeploy.appSpec'): AppSpecFields {
  const problems: Problem[] = []
  const fields = readDocument(createMemberReader(problems), toMember(appSpec, path), problems)
  if (fields === null || problems.length > 0)
    throw new ValidationError('the AppSpec is not one for ECS or Lambda', problems)
  return fields
}

/** Null where it cannot be told what it is for; the reason is among the problems then. */
function readDocument(read: MemberReader, document: Member, problems: Problem[]): AppSpecFields | null {
  const bytes = new TextEncoder().encode(JSON.stringify(document.value ?? null)).length
  if (bytes > appSpecLimits.maxBytes) {
    const message = `must have at most ${appSpecLimits.maxBytes} bytes as JSON; this has ${bytes}`
    problems.push({ path: document.path, message })
    return null
  }
  const members = read.members(document, ['version', 'Resources', 'Hooks'])
  if (members === null) return null
  if (![0, '0', '0.0'].includes(members.version.value as number | string)) read.wrong(members.version, '0.0')
  const [entry] = read.entries(members.Resources, { min: 1, max: 1 })
  const resource = entry && onlyMember(read, entry)
  const parts = resource ? read.members(resource, ['Type', 'Properties']) : null
  return parts && readResource(read, parts, members.Hooks)
}

/** A resource is an object with one member, whose name is anybody's choice. */
function onlyMember(read: MemberReader, entry: Member): Member | null {
  const members = isPlainObject(entry.value) ? Object.entries(entry.value) : []
  const [only] = members
  if (only !== undefined && members.length === 1) return toMember(only[1], `${entry.path}.${only[0]}`)
  read.wrong(entry, 'an object with one member: the resource by a name of your choice')
  return null
}

function readResource(
  read: MemberReader,
  { Type, Properties }: Readonly<Record<'Type' | 'Properties', Member>>,
  hooks: Member,
): AppSpecFields | null {
  switch (Type.value) {
    case 'AWS::ECS::Service':
      return readEcs(read, Properties, readHooks(read, hooks, hookEvents.ECS))
    case 'AWS::Lambda::Function':
      return readLambda(read, Properties, readHooks(read, hooks, hookEvents.Lambda))
    default:
      read.wrong(Type, '"AWS::ECS::Service" or "AWS::Lambda::Function"')
      return null
  }
}

const ecsProperties = [
  ...(['TaskDefinition', 'LoadBalancerInfo', 'PlatformVersion'] as const),
  ...(['NetworkConfiguration', 'CapacityProviderStrategy'] as const),
]

function readEcs(read: MemberReader, properties: Member, hooks: Hooks): EcsAppSpec | null {
  const members = read.members(properties, ecsProperties)
  if (members === null) return null
  const { TaskDefinition, LoadBalancerInfo, PlatformVersion } = members
  const { NetworkConfiguration: network, CapacityProviderStrategy: capacity } = members
  const balancer = read.members(LoadBalancerInfo, ['ContainerName', 'ContainerPort'])
  return {
    platform: 'ECS',
    taskDefinition: read.text(TaskDefinition, appSpecRules.taskDefinition),
    containerName: balancer ? read.text(balancer.ContainerName, appSpecRules.containerName) : '',
    containerPort: balancer ? read.whole(balancer.ContainerPort, { min: 1, max: 65_535 }) : 0,
    hooks,
    ...(isGiven(PlatformVersion) && { platformVersion: read.text(PlatformVersion, appSpecRules.platformVersion) }),
    ...(isGiven(capacity) && { capacityProviderStrategy: readCapacity(read, capacity) }),
    ...(isGiven(network) && { networkConfiguration: readNetwork(read, network) }),
  }
}

function readCapacity(read: MemberReader, strategy: Member): readonly CapacityProvider[] {
  const { maxBase, maxWeight, maxCapacityProviders } = appSpecLimits
  return read.entries(strategy, { min: 1, max: maxCapacityProviders }).flatMap((entry) => {
    const members = read.members(entry, ['CapacityProvider', 'Base', 'Weight'])
    if (members === null) return []
    const { CapacityProvider, Base, Weight } = members
    return [
      {
        capacityProvider: read.text(CapacityProvider, appSpecRules.capacityProvider),
        ...(isGiven(Base) && { base: read.whole(Base, { min: 0, max: maxBase }) }),
        ...(isGiven(Weight) && { weight: read.whole(Weight, { min: 0, max: maxWeight }) }),
      },
    ]
  })
}

function readNetwork(read: MemberReader, network: Member): NetworkConfiguration {
  const outer = read.members(network, ['AwsvpcConfiguration'])
  const members = outer && read.members(outer.AwsvpcConfiguration, ['Subnets', 'SecurityGroups', 'AssignPublicIp'])
  if (members === null) return { subnets: [] }
  const { Subnets, SecurityGroups, AssignPublicIp } = members
  const { maxSubnets, maxSecurityGroups } = appSpecLimits
  const subnets = read.entries(Subnets, { min: 1, max: maxSubnets })
  return {
    subnets: subnets.map((subnet) => read.text(subnet, appSpecRules.subnet)),
    ...(isGiven(SecurityGroups) && {
      securityGroups: read
        .entries(SecurityGroups, { min: 0, max: maxSecurityGroups })
        .map((group) => read.text(group, appSpecRules.securityGroup)),
    }),
    ...(isGiven(AssignPublicIp) && { assignPublicIp: read.text(AssignPublicIp, appSpecRules.assignPublicIp) }),
  }
}

function readLambda(read: MemberReader, properties: Member, hooks: Hooks): LambdaAppSpec | null {
  const members = read.members(properties, ['Name', 'Alias', 'CurrentVersion', 'TargetVersion'])
  if (members === null) return null
  const { Name, Alias, CurrentVersion, TargetVersion } = members
  const currentVersion = read.text(CurrentVersion, appSpecRules.version)
  const targetVersion = read.text(TargetVersion, appSpecRules.version)
  if (currentVersion !== '' && currentVersion === targetVersion)
    read.wrong(TargetVersion, `another version than CurrentVersion, ${currentVersion}`)
  return {
    platform: 'Lambda',
    functionName: read.text(Name, appSpecRules.functionName),
    alias: read.text(Alias, appSpecRules.alias),
    currentVersion,
    targetVersion,
    hooks,
  }
}

/** Each event once, in a list of objects; the answer has them in the order in which they come. */
function readHooks(read: MemberReader, hooks: Member, events: readonly string[]): Hooks {
  if (!isGiven(hooks)) return {}
  const found = new Map<string, string>()
  for (const entry of read.entries(hooks, { min: 0, max: events.length })) {
    for (const [event, member] of Object.entries(read.members(entry, events) ?? {})) {
      if (!isGiven(member)) continue
      if (found.has(event)) read.wrong(member, `left out: ${event} has a hook already`)
      else found.set(event, read.text(member, appSpecRules.hookFunction))
    }
  }
  return Object.fromEntries([...found].sort(([a], [b]) => events.indexOf(a) - events.indexOf(b)))
}
