import { afterEach } from 'vitest'
import { type AwsServer, type AwsServerOptions, createAwsServer } from '../../local/aws/server.ts'
import { createManualClock } from '../../local/clock.ts'

const running: AwsServer[] = []

afterEach(async () => {
  for (const server of running.splice(0)) await server.close()
})

/** The AWS-compatible endpoint on a free port, stopped after the test. Its clock stands still unless one is given. */
export async function startAwsEndpoint(options: Partial<AwsServerOptions>): Promise<AwsServer> {
  const server = createAwsServer({ clock: createManualClock(), ...options })
  running.push(server)
  await server.listen(0)
  return server
}

/** What an SDK client needs to talk to the endpoint: any credentials will do. No second try, so that faults show. */
export function clientSettings(server: AwsServer) {
  return {
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  }
}
