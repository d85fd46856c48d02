import {
  type CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentGroupCommand,
  type CreateDeploymentGroupCommandInput,
} from '@aws-sdk/client-codedeploy'
import { DescribeRulesCommand, type ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { startWebService, type WebService } from '../../local/demo/web-service.ts'
import type { GroupWaits } from '../contract/deployment-driver.ts'
import { createBalancer, createGroup } from './balancers.ts'
import { serviceRoleArn } from './codedeploy.ts'
import type { Sides } from './live-wave-cloud.ts'

/** An ECS service that CodeDeploy releases, made through the endpoint: blue is `v1` and has everything, green is `v2`. */
export interface EcsRelease {
  readonly route: Readonly<Record<string, unknown>>
  /** The member `codedeploy` of a deployment's body. */
  readonly codedeploy: Readonly<Record<string, unknown>>
  readonly servers: Sides<WebService>
  readonly url: string
  /** Weights of the production rule, `blue/green`; `-` for a group that is not in it. */
  read(): Promise<string>
  close(): Promise<void>
}

export interface EcsWish {
  /** Of the service, its application and its load balancer; at most 16 characters. */
  readonly name: string
  readonly port: number
  /** Default: it goes on by itself, and ends its old tasks at once. */
  readonly waits?: GroupWaits
}

export async function startEcsRelease(
  clients: { readonly codeDeploy: CodeDeployClient; readonly elb: ElasticLoadBalancingV2Client },
  { name, port, waits = { readyMinutes: null, terminationMinutes: 0 } }: EcsWish,
): Promise<EcsRelease> {
  const { codeDeploy, elb } = clients
  const servers = { blue: await startWebService('v1'), green: await startWebService('v2') }
  const groups = {
    blue: await createGroup(elb, `${name}-blue`, servers.blue),
    green: await createGroup(elb, `${name}-green`, servers.green),
  }
  const { ruleArn, address } = await createBalancer(elb, { name, port, serves: groups.blue })
  await codeDeploy.send(new CreateApplicationCommand({ applicationName: name, computePlatform: 'ECS' }))
  await codeDeploy.send(new CreateDeploymentGroupCommand(aGroup(name, listenerOf(ruleArn), waits)))
  return {
    servers,
    url: `http://${address}:${port}/`,
    route: { kind: 'codedeploy', applicationName: name, deploymentGroupName: 'live' },
    codedeploy: {
      ecs: {
        taskDefinition: `arn:aws:ecs:eu-west-1:000000000000:task-definition/${name}:2`,
        containerName: name,
        containerPort: 8080,
      },
    },
    async read() {
      const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [ruleArn] }))
      const weights = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? []
      const of = (arn: string) => weights.find(({ TargetGroupArn }) => TargetGroupArn === arn)?.Weight ?? '-'
      return `${of(groups.blue)}/${of(groups.green)}`
    },
    async close() {
      await Promise.all([servers.blue.close(), servers.green.close()])
    },
  }
}

/** A rule's ARN names its listener. */
function listenerOf(ruleArn: string): string {
  return ruleArn.replace(':listener-rule/', ':listener/').replace(/\/[^/]+$/, '')
}

function aGroup(name: string, listenerArn: string, waits: GroupWaits): CreateDeploymentGroupCommandInput {
  const { readyMinutes, terminationMinutes } = waits
  return {
    ...{ applicationName: name, deploymentGroupName: 'live', serviceRoleArn },
    deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    ecsServices: [{ clusterName: 'main', serviceName: name }],
    loadBalancerInfo: {
      targetGroupPairInfoList: [
        {
          targetGroups: [{ name: `${name}-blue` }, { name: `${name}-green` }],
          prodTrafficRoute: { listenerArns: [listenerArn] },
        },
      ],
    },
    blueGreenDeploymentConfiguration: {
      deploymentReadyOption:
        readyMinutes === null
          ? { actionOnTimeout: 'CONTINUE_DEPLOYMENT' }
          : { actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: readyMinutes },
      terminateBlueInstancesOnDeploymentSuccess: {
        action: 'TERMINATE',
        terminationWaitTimeInMinutes: terminationMinutes,
      },
    },
  }
}
