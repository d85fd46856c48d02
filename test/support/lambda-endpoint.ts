import { type CreateFunctionCommandInput, LambdaClient } from '@aws-sdk/client-lambda'
import { createLambda } from '../../local/aws/lambda/service.ts'
import { createUserFunctions, type UserFunctionsOptions } from '../../local/aws/lambda/user-functions.ts'
import { createManualClock, type ManualClock } from '../../local/clock.ts'
import { createDataDir } from '../../local/data-dir.ts'
import { clientSettings, startAwsEndpoint } from './aws-endpoint.ts'
import { rememberMetrics } from './data-plane.ts'

/** What an SDK sends to create a function of an image; its server is `url`, where one is given. */
export function aFunction(name: string, url?: string): CreateFunctionCommandInput {
  return {
    FunctionName: name,
    Role: 'arn:aws:iam::000000000000:role/any',
    PackageType: 'Image',
    Code: { ImageUri: 'any' },
    ...(url !== undefined && { Environment: { Variables: { SLUICE_LOCAL_URL: url } } }),
  }
}

/**
 * Lambda alone behind the endpoint, with its real client; stopped after the test.
 *
 * @param dataPath - Where state outlives the process. Default: in memory.
 */
export async function startLambdaEndpoint(
  options: Partial<UserFunctionsOptions> = {},
  dataPath?: string,
  clock: ManualClock = createManualClock(),
) {
  const metrics = rememberMetrics()
  const userFunctions = createUserFunctions({ clock, metrics, ...options })
  const server = await startAwsEndpoint({
    ...{ clock, dataDir: createDataDir(dataPath) },
    services: [userFunctions.service],
    rawServices: [createLambda({ functions: {}, userFunctions, clock })],
  })
  return { client: new LambdaClient(clientSettings(server)), url: server.url, clock, metrics, userFunctions }
}

/** Every page of a paginated list. `Array.fromAsync` is not there before Node.js 22. */
export async function allPages<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const page of pages) all.push(page)
  return all
}
