import { randomUUID } from 'node:crypto'
import * as sdk from '@aws-sdk/client-codedeploy'
import { type AwsOperation, operation } from '../service.ts'
import { checkConfigName, checkOneOf, refuse } from './check.ts'
import type { Control } from './control.ts'
import { getConfig } from './lookup.ts'
import { toPage } from './pages.ts'
import { type ConfigContent, PREDEFINED_PREFIX, predefinedConfigs } from './predefined-configs.ts'
import type { ConfigRecord } from './records.ts'
import type { RegionStore } from './store.ts'
import { checkHealthyHosts, checkRouting } from './traffic-routing.ts'

/** Custom configurations of an account. @see CodeDeploy user guide, "Limits" */
const MOST_CONFIGS = 200

/** There is no update: a configuration never changes once it is there. */
export function createConfigOperations({ store, clock }: Control): Record<string, AwsOperation> {
  return {
    CreateDeploymentConfig: operation<sdk.CreateDeploymentConfigCommandInput, sdk.CreateDeploymentConfigCommandOutput>(
      sdk.CreateDeploymentConfig$,
      true,
      (input, { region }) => {
        const record = buildConfig(store.in(region), input, clock.now())
        store.in(region).configs.set(record.name, record)
        return { deploymentConfigId: record.id }
      },
    ),
    GetDeploymentConfig: operation<sdk.GetDeploymentConfigCommandInput, sdk.GetDeploymentConfigCommandOutput>(
      sdk.GetDeploymentConfig$,
      false,
      ({ deploymentConfigName: name = '' }, { region }) => ({
        deploymentConfigInfo: show(name, getConfig(store.in(region), name)),
      }),
    ),
    ListDeploymentConfigs: operation<sdk.ListDeploymentConfigsCommandInput, sdk.ListDeploymentConfigsCommandOutput>(
      sdk.ListDeploymentConfigs$,
      false,
      ({ nextToken }, { region }) => {
        const names = [...Object.keys(predefinedConfigs), ...store.in(region).configs.keys()]
        const page = toPage(names, (name) => name, nextToken)
        return { deploymentConfigsList: page.items, ...(page.nextToken && { nextToken: page.nextToken }) }
      },
    ),
    DeleteDeploymentConfig: operation<sdk.DeleteDeploymentConfigCommandInput, sdk.DeleteDeploymentConfigCommandOutput>(
      sdk.DeleteDeploymentConfig$,
      true,
      (input, { region }) => {
        const name = checkConfigName(input.deploymentConfigName)
        const { configs, groups } = store.in(region)
        if (Object.hasOwn(predefinedConfigs, name)) {
          refuse('InvalidOperationException', `The predefined configuration ${name} cannot be deleted`)
        }
        if ([...groups.values()].some(({ settings }) => settings.deploymentConfigName === name)) {
          refuse('DeploymentConfigInUseException', `The deployment configuration ${name} is still in use`)
        }
        configs.delete(name)
        return {}
      },
    ),
  }
}

function buildConfig({ configs }: RegionStore, input: sdk.CreateDeploymentConfigInput, now: number): ConfigRecord {
  const name = checkConfigName(input.deploymentConfigName)
  if (name.startsWith(PREDEFINED_PREFIX)) {
    refuse('InvalidDeploymentConfigNameException', `The name of a configuration cannot begin with ${PREDEFINED_PREFIX}`)
  }
  const platform = checkOneOf('InvalidComputePlatformException', 'computePlatform', input.computePlatform ?? 'Server', [
    'ECS',
    'Lambda',
    'Server',
  ])
  if (input.zonalConfig) {
    refuse(
      'InvalidZonalDeploymentConfigurationException',
      'The local endpoint has one zone: zonalConfig cannot be given',
    )
  }
  const routing = checkRouting(platform, input.trafficRoutingConfig)
  const minimumHealthyHosts = checkHealthyHosts(platform, input.minimumHealthyHosts)
  if (configs.has(name)) {
    refuse('DeploymentConfigAlreadyExistsException', `Deployment Configuration already exists with name: ${name}`)
  }
  if (configs.size >= MOST_CONFIGS) {
    refuse('DeploymentConfigLimitExceededException', `There can be at most ${MOST_CONFIGS} custom configurations`)
  }
  return {
    ...{ id: randomUUID(), name, platform, createdAt: now },
    ...(routing && { routing }),
    ...(minimumHealthyHosts && { minimumHealthyHosts }),
  }
}

function show(name: string, config: ConfigContent | ConfigRecord): sdk.DeploymentConfigInfo {
  const { platform, routing, minimumHealthyHosts: hosts } = config
  return {
    deploymentConfigId: 'id' in config ? config.id : predefinedId(name),
    deploymentConfigName: name,
    computePlatform: platform,
    ...('createdAt' in config && { createTime: new Date(config.createdAt) }),
    ...(routing && { trafficRoutingConfig: routing }),
    // AWS shows MOST_CONCURRENCY here, which the SDK's type leaves out.
    ...(hosts && { minimumHealthyHosts: hosts as sdk.MinimumHealthyHosts }),
  }
}

/** The same for every account, and the same at each call. */
function predefinedId(name: string): string {
  const number = Object.keys(predefinedConfigs).indexOf(name) + 1
  return `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`
}
