import type {
  AlarmConfiguration,
  AutoRollbackConfiguration,
  ComputePlatform,
  CreateDeploymentGroupInput,
  DeploymentStatus,
  DeploymentStyle,
  DeploymentWaitType,
  ErrorInformation,
  RevisionLocation,
  Tag,
} from '@aws-sdk/client-codedeploy'
import type { AppSpec } from './app-spec.ts'
import type { EventRecord } from './lifecycle.ts'
import type { ConfigContent } from './predefined-configs.ts'
import type { TrafficStep } from './traffic-steps.ts'

/** What the service keeps, as plain JSON. Every `…At` is local time in milliseconds since the epoch. */
export interface ApplicationRecord {
  readonly id: string
  readonly name: string
  readonly platform: ComputePlatform
  readonly createdAt: number
  readonly tags?: readonly Tag[]
}

/** A custom configuration. */
export interface ConfigRecord extends ConfigContent {
  readonly id: string
  readonly name: string
  readonly createdAt: number
}

/** What a caller may set of a deployment group, checked. */
export type GroupSettings = Omit<
  CreateDeploymentGroupInput,
  'applicationName' | 'deploymentGroupName' | 'deploymentConfigName' | 'deploymentStyle' | 'tags'
> & {
  readonly deploymentConfigName: string
  readonly deploymentStyle: DeploymentStyle
}

export interface GroupRecord {
  readonly id: string
  readonly applicationName: string
  readonly name: string
  readonly platform: ComputePlatform
  readonly settings: GroupSettings
  readonly tags?: readonly Tag[]
}

/** An on-premises instance: a name with tags. Nothing runs on it here. */
export interface InstanceRecord {
  readonly name: string
  readonly iamUserArn: string
  readonly registeredAt: number
  readonly tags: readonly Tag[]
}

/** A target group of the local load balancer with the task set that is registered in it. */
export interface TaskSetGroup {
  readonly name: string
  readonly arn: string
  readonly taskSetId: string
}

/** What a deployment moves traffic between. */
export type Route =
  | { readonly platform: 'ECS'; readonly blue: TaskSetGroup; readonly green: TaskSetGroup }
  | {
      readonly platform: 'Lambda'
      readonly functionName: string
      readonly alias: string
      readonly currentVersion: string
      readonly targetVersion: string
    }

/** One thing that is deployed to: an ECS service, a Lambda function, an instance. */
export interface TargetRecord {
  /** `cluster:service`, `function:alias`, or the instance's name. */
  readonly id: string
  readonly events: readonly EventRecord[]
  readonly updatedAt: number
}

export interface DeploymentRecord {
  readonly id: string
  readonly region: string
  readonly applicationName: string
  readonly groupId: string
  readonly groupName: string
  readonly platform: ComputePlatform
  readonly configName: string
  readonly steps: readonly TrafficStep[]
  /** The group's settings when the deployment was created; a later update does not touch it. */
  readonly settings: GroupSettings
  readonly revision?: RevisionLocation
  readonly previousRevision?: RevisionLocation
  readonly description?: string
  readonly creator: 'user' | 'codeDeployRollback'
  readonly options: DeploymentOptions
  readonly autoRollback?: AutoRollbackConfiguration
  readonly alarms?: AlarmConfiguration
  readonly status: DeploymentStatus
  readonly createdAt: number
  readonly startedAt?: number
  readonly completedAt?: number
  readonly error?: ErrorInformation
  readonly rollback?: RollbackRecord
  /** Known once the deployment is in progress. */
  readonly spec?: AppSpec
  readonly route?: Route
  /** Share of the replacement as this deployment last set it, percent 0–100. */
  readonly percent: number
  readonly targets: readonly TargetRecord[]
  /** Since when it waits for READY_WAIT or TERMINATION_WAIT to be released. */
  readonly waitingSince?: number
  readonly released: readonly DeploymentWaitType[]
  readonly stop?: StopRequest
}

/** Members of CreateDeployment that are kept and shown, and change nothing here. */
export interface DeploymentOptions {
  readonly ignoreApplicationStopFailures?: boolean
  readonly updateOutdatedInstancesOnly?: boolean
  readonly fileExistsBehavior?: 'DISALLOW' | 'OVERWRITE' | 'RETAIN'
  readonly overrideAlarmConfiguration?: AlarmConfiguration
}

export interface RollbackRecord {
  readonly rollbackDeploymentId?: string
  readonly rollbackTriggeringDeploymentId?: string
  readonly rollbackMessage: string
}

export interface StopRequest {
  readonly requestedAt: number
  /** As asked; undefined leaves it to the deployment's autoRollbackConfiguration. */
  readonly autoRollbackEnabled?: boolean
}

export function isFinal({ status }: Pick<DeploymentRecord, 'status'>): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Stopped'
}
