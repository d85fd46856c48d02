import {
  CreateDeploymentConfigCommand,
  type DeploymentConfigInfo,
  GetDeploymentConfigCommand,
  type TrafficRoutingConfig,
} from '@aws-sdk/client-codedeploy'
import type { ConfigWish, TrafficRouting } from '../../domain/deployment-config.ts'
import { UpstreamError } from '../../domain/errors.ts'
import { withDeadline } from '../deadline.ts'
import type { CodeDeployClients } from './clients.ts'
import { callingCodeDeploy, unlessCode } from './codedeploy-error.ts'

/**
 * Sees to it that a configuration of ours is there and does what its name says.
 *
 * @param deadlineMs - Real milliseconds for all calls together: whoever creates holds a lease meanwhile.
 * @throws {TransientError} If it cannot be told in that time.
 * @throws {UpstreamError} If one of its name does something else: it cannot be changed, so somebody has to delete it.
 */
export async function provideOwnConfig(
  { repeating: client }: CodeDeployClients,
  wish: ConfigWish,
  deadlineMs: number,
): Promise<void> {
  const { name } = wish
  const endsAtMs = performance.now() + deadlineMs
  const within = <T>(tried: string, send: (abortSignal: AbortSignal) => Promise<T>) =>
    callingCodeDeploy({ tried: `codedeploy:${tried}`, on: name }, () =>
      withDeadline(Math.max(0, endsAtMs - performance.now()), send),
    )
  const read = () =>
    within('GetDeploymentConfig', async (abortSignal) => {
      const command = new GetDeploymentConfigCommand({ deploymentConfigName: name })
      const answer = await unlessCode(['DeploymentConfigDoesNotExist'], null, () =>
        client.send(command, { abortSignal }),
      )
      return answer?.deploymentConfigInfo ?? null
    })

  const found = await read()
  if (found) return checkSame(found, wish)
  const isOurs = await within('CreateDeploymentConfig', (abortSignal) =>
    unlessCode(['DeploymentConfigAlreadyExists'], false, async () => {
      await client.send(new CreateDeploymentConfigCommand(toRequest(wish)), { abortSignal })
      return true
    }),
  )
  // Somebody was faster: another deployment of ours, or a first attempt whose answer was lost.
  const raced = isOurs ? null : await read()
  if (raced) checkSame(raced, wish)
}

function toRequest({ name, platform, routing }: ConfigWish) {
  return {
    deploymentConfigName: name,
    computePlatform: platform,
    trafficRoutingConfig: toTrafficRoutingConfig(routing),
  }
}

function toTrafficRoutingConfig(routing: TrafficRouting): TrafficRoutingConfig {
  switch (routing.type) {
    case 'AllAtOnce':
      return { type: 'AllAtOnce' }
    case 'TimeBasedCanary':
      return {
        type: 'TimeBasedCanary',
        timeBasedCanary: { canaryPercentage: routing.percentage, canaryInterval: routing.intervalMinutes },
      }
    case 'TimeBasedLinear':
      return {
        type: 'TimeBasedLinear',
        timeBasedLinear: { linearPercentage: routing.percentage, linearInterval: routing.intervalMinutes },
      }
  }
}

function checkSame(found: DeploymentConfigInfo, wish: ConfigWish): void {
  const [there, wanted] = [summaryOf(found), summaryOf(toRequest(wish))]
  if (there === wanted) return
  throw new UpstreamError(
    `the deployment configuration ${wish.name} does ${there}, not ${wanted}; it cannot be changed: delete it, and Sluice creates it again`,
  )
}

function summaryOf({ computePlatform, trafficRoutingConfig }: DeploymentConfigInfo): string {
  const { type, timeBasedCanary, timeBasedLinear } = trafficRoutingConfig ?? {}
  const percent = timeBasedCanary?.canaryPercentage ?? timeBasedLinear?.linearPercentage
  const minutes = timeBasedCanary?.canaryInterval ?? timeBasedLinear?.linearInterval
  return `${computePlatform} ${type} ${percent} % ${minutes} min`
}
