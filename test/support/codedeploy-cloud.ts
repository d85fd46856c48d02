import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CodeDeployClient } from '@aws-sdk/client-codedeploy'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { createCloudWatch } from '../../local/aws/cloudwatch/cloudwatch.ts'
import { type AliasWeight, createMemoryAliasWeights } from '../../local/aws/codedeploy/alias-weights.ts'
import { createHookFunctions } from '../../local/aws/codedeploy/hook-functions.ts'
import { createCodeDeploy } from '../../local/aws/codedeploy/service.ts'
import { createElasticLoadBalancing } from '../../local/aws/elastic-load-balancing-v2/service.ts'
import type { LambdaFunction } from '../../local/aws/lambda/function.ts'
import { createLambda } from '../../local/aws/lambda/service.ts'
import { createAwsServer } from '../../local/aws/server.ts'
import { createDataDir } from '../../local/data-dir.ts'
import { createDataPlane } from '../../local/data-plane/http-data-plane.ts'
import { openSavedClock } from '../../local/saved-clock.ts'
import { clientSettings } from './aws-endpoint.ts'

const accountId = '000000000000'

/**
 * The services that CodeDeploy stands on behind one port, at 60 times real time, and their real clients.
 *
 * @param dataPath - Where state outlives `close`, which saves nothing more but the time.
 */
export async function startCodeDeployCloud(dataPath?: string, aliases: Readonly<Record<string, AliasWeight>> = {}) {
  const dataDir = createDataDir(dataPath)
  const { clock, close: closeClock } = await openSavedClock(dataDir, 60)
  const cloudWatch = createCloudWatch({ clock })
  const dataPlane = createDataPlane({ clock, metrics: cloudWatch.metrics })
  const elasticLoadBalancing = createElasticLoadBalancing({ dataPlane, clock, accountId })
  const functions: Record<string, LambdaFunction> = {}
  const memory = createMemoryAliasWeights(aliases)
  const errors: unknown[] = []
  const reportError = (error: unknown) => void errors.push(error)
  const codeDeploy = createCodeDeploy({
    ...{
      clock,
      accountId,
      elasticLoadBalancing,
      cloudWatch: cloudWatch.forServices,
      aliasesIn: () => memory,
      reportError,
    },
    saveBalancers: () => dataDir.save(elasticLoadBalancing.state),
    hooks: createHookFunctions({
      ...{ functions, clock, reportError },
      arnOf: (name) => `arn:aws:lambda:eu-west-1:${accountId}:function:${name}`,
    }),
    save: () => dataDir.save(codeDeploy.service.state),
  })
  const server = createAwsServer({
    ...{ clock, dataDir, reportError },
    services: [elasticLoadBalancing, cloudWatch.service, codeDeploy.service],
    rawServices: [createLambda({ functions, clock })],
  })
  await server.listen(0)
  const settings = clientSettings(server)
  const clients = {
    codeDeploy: new CodeDeployClient(settings),
    elb: new ElasticLoadBalancingV2Client(settings),
    cloudWatch: new CloudWatchClient(settings),
  }
  return {
    ...clients,
    ...{ url: server.url, functions, errors, aliases: memory.all },
    async close() {
      for (const client of Object.values(clients)) client.destroy()
      await codeDeploy.close()
      cloudWatch.close()
      await server.close()
      await dataPlane.close()
      await closeClock()
    },
  }
}

export type CodeDeployCloud = Awaited<ReturnType<typeof startCodeDeployCloud>>
