import { LambdaClient } from '@aws-sdk/client-lambda'
import { perRegion, toClientConfig } from '../aws-client.ts'

/** The two ways of talking to Lambda in one Region. */
export interface AliasClients {
  /** Reads may be repeated. */
  readonly reader: LambdaClient
  /** One attempt: a write that was lost on the way is looked for, not repeated blindly. */
  readonly writer: LambdaClient
}

/** Real milliseconds that one call inside a lease may take, retries of a read included. */
export const aliasDeadlineMs = 3000

/** Clients by Region, made on first use. Endpoint and credentials come from the SDK's own settings. */
export function createAliasClients(): (region: string) => AliasClients {
  return perRegion((region) => ({
    reader: new LambdaClient(toClientConfig(region, { maxAttempts: 3, timeoutMs: aliasDeadlineMs })),
    writer: new LambdaClient(toClientConfig(region, { maxAttempts: 1, timeoutMs: aliasDeadlineMs })),
  }))
}
