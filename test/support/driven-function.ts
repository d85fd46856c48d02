import {
  type CodeDeployClient,
  CreateApplicationCommand,
  CreateDeploymentGroupCommand,
} from '@aws-sdk/client-codedeploy'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  type ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  type LambdaClient,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { startWebService, type WebService } from '../../local/demo/web-service.ts'
import { serviceRoleArn } from './codedeploy.ts'
import { aFunction } from './lambda-endpoint.ts'

/** A function behind a load balancer, made through the endpoint: its alias `live` serves version 1, and 2 is published. */
export interface FunctionRelease {
  readonly aliasRoute: Readonly<Record<string, unknown>>
  readonly driverRoute: Readonly<Record<string, unknown>>
  /** The member `codedeploy` of a deployment's body. */
  readonly codedeploy: Readonly<Record<string, unknown>>
  /** The versions 1 and 2; they answer as `v1` and `v2`. */
  readonly servers: readonly [WebService, WebService]
  readonly url: string
  /** The alias: `1`, or `1 + 0.25 of 2` while it is split. */
  read(): Promise<string>
  close(): Promise<void>
}

export interface FunctionClients {
  readonly codeDeploy: CodeDeployClient
  readonly elb: ElasticLoadBalancingV2Client
  readonly lambda: LambdaClient
}

/** @param name - Of the function, its application and its load balancer. */
export async function startFunctionRelease(
  clients: FunctionClients,
  { name, port }: { readonly name: string; readonly port: number },
): Promise<FunctionRelease> {
  const { codeDeploy, elb, lambda } = clients
  const servers = [await startWebService('v1'), await startWebService('v2')] as const
  await lambda.send(new CreateFunctionCommand(aFunction(name)))
  for (const { port } of servers) {
    const Environment = { Variables: { SLUICE_LOCAL_URL: `http://127.0.0.1:${port}` } }
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Environment }))
    await lambda.send(new PublishVersionCommand({ FunctionName: name }))
  }
  const alias = { FunctionName: name, Name: 'live' }
  const { AliasArn } = await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }))
  const address = await listen(elb, { name, port, functionArn: AliasArn ?? '' })
  await codeDeploy.send(new CreateApplicationCommand({ applicationName: name, computePlatform: 'Lambda' }))
  await codeDeploy.send(
    new CreateDeploymentGroupCommand({
      ...{ applicationName: name, deploymentGroupName: 'live', serviceRoleArn },
      deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    }),
  )
  return {
    servers,
    url: `http://${address}:${port}/`,
    aliasRoute: { kind: 'lambda-alias', functionName: name, alias: 'live' },
    driverRoute: { kind: 'codedeploy', applicationName: name, deploymentGroupName: 'live' },
    codedeploy: { lambda: { functionName: name, alias: 'live', currentVersion: '1', targetVersion: '2' } },
    async read() {
      const { FunctionVersion, RoutingConfig } = await lambda.send(new GetAliasCommand(alias))
      const [additional] = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {})
      return additional ? `${FunctionVersion} + ${additional[1]} of ${additional[0]}` : String(FunctionVersion)
    },
    async close() {
      await Promise.all(servers.map((server) => server.close()))
    },
  }
}

/** @returns The address at which a load balancer passes every request to the function. */
async function listen(
  elb: ElasticLoadBalancingV2Client,
  { name, port, functionArn }: { readonly name: string; readonly port: number; readonly functionArn: string },
): Promise<string> {
  const created = await elb.send(new CreateTargetGroupCommand({ Name: name, TargetType: 'lambda' }))
  const TargetGroupArn = created.TargetGroups?.[0]?.TargetGroupArn ?? ''
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: functionArn }] }))
  const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name: name, Subnets: ['a', 'b'] }))
  const [balancer] = LoadBalancers ?? []
  await elb.send(
    new CreateListenerCommand({
      ...{ LoadBalancerArn: balancer?.LoadBalancerArn, Protocol: 'HTTP', Port: port },
      DefaultActions: [{ Type: 'forward', TargetGroupArn }],
    }),
  )
  return balancer?.AvailabilityZones?.[0]?.LoadBalancerAddresses?.[0]?.IpAddress ?? ''
}
