import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { DescribeRulesCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { type ApiClient, createApiClient } from '../../local/demo/api-client.ts'
import { startLoad } from '../../local/demo/load-generator.ts'
import { buildShop, type Shop } from '../../local/demo/shop.ts'
import { type LocalRun, startLocal } from '../../local/start.ts'
import { createLogger } from '../../shared/logger.ts'

/** Local mode with a shop under load, and the ways to hurt it. */
export interface Site {
  readonly local: LocalRun
  readonly shop: Shop
  readonly api: ApiClient
  readonly cloudWatch: CloudWatchClient
  /** Share of green in the rule, percent of what the rule gives, read with the AWS SDK. */
  greenPercent(): Promise<number>
  /** From now on StartExecution fails: no successor can go on. */
  forbidSuccessors(): Promise<void>
  /** Ends the running execution of a deployment. @returns When Step Functions stopped it, local milliseconds. */
  stopExecution(name: string): Promise<number>
  /** When the execution of this name began, local milliseconds; null while there is none. */
  startedAt(name: string): Promise<number | null>
  runningExecutions(): Promise<number>
  close(): Promise<void>
}

const settings = { region: 'eu-west-1', credentials: { accessKeyId: 'any', secretAccessKey: 'thing' } }
/** Its listener takes this port or one of the next: away from the demo's and from `bench:kill`'s. */
const firstPort = 8320
/** Of the load, real seconds: longer than any round. */
const longestSeconds = 600

/** @param rate - Requests per real second. */
export async function startSite(speed: number, rate: number): Promise<Site> {
  const local = await startLocal({ port: 0, awsPort: 0, dnsPort: 0, speed, logger: createLogger(() => undefined) })
  const endpoint = { ...settings, endpoint: local.awsUrl }
  const elb = new ElasticLoadBalancingV2Client(endpoint)
  const cloudWatch = new CloudWatchClient(endpoint)
  const stepFunctions = new SFNClient(endpoint)
  const shop = await buildShop(elb, firstPort)
  const load = startLoad({ url: shop.url, rate, longestSeconds })
  const { stateMachines } = await stepFunctions.send(new ListStateMachinesCommand({}))
  const stateMachineArn = stateMachines?.[0]?.stateMachineArn ?? ''
  const arnOf = (name: string) => `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`
  return {
    ...{ local, shop, cloudWatch, api: createApiClient(local.apiUrl) },
    async greenPercent() {
      const { Rules } = await elb.send(new DescribeRulesCommand({ RuleArns: [shop.ruleArn] }))
      const groups = Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups ?? []
      const weightOf = (arn: string) => groups.find((group) => group.TargetGroupArn === arn)?.Weight ?? 0
      const [blue, green] = [weightOf(shop.groups.blue), weightOf(shop.groups.green)]
      return (100 * green) / (blue + green)
    },
    async forbidSuccessors() {
      const fault = { service: 'states', action: 'StartExecution', kind: 'error', code: 'AccessDeniedException' }
      const response = await fetch(`${local.awsUrl}/_local/faults`, {
        method: 'PUT',
        body: JSON.stringify({ faults: [{ ...fault, status: 400, message: 'nothing may start' }] }),
      })
      if (!response.ok) throw new Error(`the faults were refused: ${await response.text()}`)
    },
    async stopExecution(name) {
      const stopped = await stepFunctions.send(new StopExecutionCommand({ executionArn: arnOf(name), cause: 'bench' }))
      return stopped.stopDate?.getTime() ?? Number.NaN
    },
    async startedAt(name) {
      try {
        const found = await stepFunctions.send(new DescribeExecutionCommand({ executionArn: arnOf(name) }))
        return found.startDate?.getTime() ?? null
      } catch (error) {
        if (error instanceof Error && error.name === 'ExecutionDoesNotExist') return null
        throw error
      }
    },
    async runningExecutions() {
      const { executions } = await stepFunctions.send(
        new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }),
      )
      return executions?.length ?? 0
    },
    async close() {
      await load.stop()
      await shop.close()
      for (const client of [elb, cloudWatch, stepFunctions]) client.destroy()
      await local.close()
    },
  }
}
