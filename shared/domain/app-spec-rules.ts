/** A rule about one text: its pattern, and what it says, to read on from "must be". */
export interface TextRule {
  readonly pattern: RegExp
  readonly says: string
}

/**
 * What the texts of an AppSpec may be, whether it is given whole or built from fields.
 *
 * @see CodeDeploy user guide, "AppSpec 'resources' section"; Lambda API reference, AliasConfiguration
 */
export const appSpecRules = {
  taskDefinition: {
    pattern: /^arn:[\w-]+:ecs:[a-z0-9-]+:\d{12}:task-definition\/[\w-]{1,255}:\d+$/,
    says: 'the ARN of a task definition with its revision: arn:…:task-definition/web:7',
  },
  containerName: { pattern: /^[\w-]{1,255}$/, says: 'the name of a container: letters, digits, - and _' },
  functionName: {
    pattern: /^(arn:[\w-]+:lambda:[a-z0-9-]+:\d{12}:function:)?[\w-]{1,64}$/,
    says: 'the name of a function, or its ARN without a version or alias',
  },
  /** A hook may be called by alias or version: `arn:…:function:check:live`. */
  hookFunction: {
    pattern: /^(arn:[\w-]+:lambda:[a-z0-9-]+:\d{12}:function:)?[\w-]{1,64}(:(\$LATEST|[\w-]{1,128}))?$/,
    says: 'the name or ARN of a function',
  },
  alias: {
    pattern: /^(?!\d+$)[\w-]{1,128}$/,
    says: 'the name of an alias: letters, digits, - and _, not digits alone',
  },
  version: { pattern: /^[1-9]\d{0,17}$/, says: 'the number of a published version, such as "7"; never $LATEST' },
  platformVersion: {
    pattern: /^(LATEST|\d+\.\d+\.\d+)$/,
    says: 'a Fargate platform version: LATEST, or one like 1.4.0',
  },
  capacityProvider: { pattern: /^[\w-]{1,255}$/, says: 'the name of a capacity provider' },
  subnet: { pattern: /^subnet-\w{1,64}$/, says: 'the id of a subnet: subnet-…' },
  securityGroup: { pattern: /^sg-\w{1,64}$/, says: 'the id of a security group: sg-…' },
  assignPublicIp: { pattern: /^(ENABLED|DISABLED)$/, says: 'ENABLED or DISABLED' },
} as const satisfies Readonly<Record<string, TextRule>>

/** Limits of lists and numbers. @see ECS API reference, AwsVpcConfiguration, CapacityProviderStrategyItem */
export const appSpecLimits = {
  maxSubnets: 16,
  maxSecurityGroups: 5,
  maxCapacityProviders: 20,
  maxBase: 100_000,
  maxWeight: 1000,
  /** Of the whole document as JSON, bytes: it is kept in the deployment's record. A usual one has under 2,000. */
  maxBytes: 32_768,
} as const

/**
 * Lifecycle events that may have a hook, in the order in which they come: what CodeDeploy does itself has none.
 *
 * @see CodeDeploy user guide, "AppSpec 'hooks' section"
 */
export const hookEvents = {
  ECS: ['BeforeInstall', 'AfterInstall', 'AfterAllowTestTraffic', 'BeforeAllowTraffic', 'AfterAllowTraffic'],
  Lambda: ['BeforeAllowTraffic', 'AfterAllowTraffic'],
} as const
