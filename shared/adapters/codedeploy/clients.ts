import { CodeDeployClient } from '@aws-sdk/client-codedeploy'
import { toClientConfig } from '../aws-client.ts'

/** The two ways of talking to CodeDeploy in one Region. */
export interface CodeDeployClients {
  /** For what may be repeated: reads, and the commands that change nothing the second time. */
  readonly repeating: CodeDeployClient
  /** One attempt: CreateDeployment takes no token, so a second attempt could make a second deployment. */
  readonly once: CodeDeployClient
}

/** Real milliseconds that one call may take, repetitions included; for {@link CodeDeployClients.once} see there. */
export const codeDeployDeadlineMs = 3000

/** Real milliseconds for a creation. Longer than for reads: an answer that is given up costs a search for what it made. */
export const createDeadlineMs = 6000

/** Endpoint and credentials come from the SDK's own settings. */
export function createCodeDeployClients(region: string): CodeDeployClients {
  return {
    repeating: new CodeDeployClient(toClientConfig(region, { maxAttempts: 3, timeoutMs: codeDeployDeadlineMs })),
    once: new CodeDeployClient(toClientConfig(region, { maxAttempts: 1, timeoutMs: createDeadlineMs })),
  }
}
