import { CodeDeployClient } from '@aws-sdk/client-codedeploy'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { CodeDeployRevision } from '../../shared/domain/codedeploy-revision.ts'
import type { CodeDeployRoute } from '../../shared/domain/service.ts'
import type { GroupWaits } from '../contract/deployment-driver.ts'
import { clientSettings, startAwsEndpoint } from './aws-endpoint.ts'
import { aCodeDeploy, anEcsStack, ecsGroup, ecsRevision } from './codedeploy.ts'

/** The ECS group `live` of `web`. */
export function aDrivenRoute(settings: Partial<CodeDeployRoute> = {}): CodeDeployRoute {
  const names = { applicationName: 'web', deploymentGroupName: 'live' }
  return { kind: 'codedeploy', ...names, onForeignDeployment: 'refuse', wave: 1, ...settings }
}

/** An AppSpec for the service `web`. */
export function anAppSpec(taskRevision: number): CodeDeployRevision {
  return { type: 'app-spec', appSpec: JSON.parse(ecsRevision({}, taskRevision).appSpecContent?.content ?? '') }
}

/** CodeDeploy's local endpoint behind real HTTP, on a manual clock, with the ECS group `live` of `web` and the alias `pay:live`. */
export async function startDrivenStack(waits: GroupWaits = { readyMinutes: null, terminationMinutes: 0 }) {
  const rig = aCodeDeploy({ 'pay:live': { version: '1' } })
  const stack = await anEcsStack(rig)
  const server = await startAwsEndpoint({ clock: rig.clock, services: [...rig.services()] })
  await rig.call('CreateApplication', { applicationName: 'web', computePlatform: 'ECS' })
  await rig.call('CreateDeploymentGroup', ecsGroup(stack, { blueGreenDeploymentConfiguration: toSettings(waits) }))
  const codeDeploy = new CodeDeployClient(clientSettings(server))
  const elb = new ElasticLoadBalancingV2Client(clientSettings(server))
  return {
    ...{ rig, stack, server, elb },
    clients: { repeating: codeDeploy, once: codeDeploy },
    async greenShare(): Promise<number> {
      const [blue = 0, green = 0] = (await stack.weights()).split('/').map((weight) => Number(weight) || 0)
      return (100 * green) / (blue + green)
    },
  }
}

function toSettings({ readyMinutes, terminationMinutes }: GroupWaits) {
  return {
    deploymentReadyOption:
      readyMinutes === null
        ? ({ actionOnTimeout: 'CONTINUE_DEPLOYMENT' } as const)
        : ({ actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: readyMinutes } as const),
    terminateBlueInstancesOnDeploymentSuccess: {
      ...({ action: 'TERMINATE', terminationWaitTimeInMinutes: terminationMinutes } as const),
    },
  }
}
