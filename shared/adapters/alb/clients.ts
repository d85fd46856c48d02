import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { perRegion, toClientConfig } from '../aws-client.ts'

/** The two ways of talking to Elastic Load Balancing in one Region. */
export interface AlbClients {
  /** Reads may be repeated. */
  readonly reader: ElasticLoadBalancingV2Client
  /** One attempt: a write that was lost on the way is looked for, not repeated blindly. */
  readonly writer: ElasticLoadBalancingV2Client
}

/** Real milliseconds that one call inside a lease may take, retries of a read included. */
export const albDeadlineMs = 3000

/** Clients by Region, made on first use. Endpoint and credentials come from the SDK's own settings. */
export function createAlbClients(): (region: string) => AlbClients {
  return perRegion((region) => ({
    reader: new ElasticLoadBalancingV2Client(toClientConfig(region, { maxAttempts: 3, timeoutMs: albDeadlineMs })),
    writer: new ElasticLoadBalancingV2Client(toClientConfig(region, { maxAttempts: 1, timeoutMs: albDeadlineMs })),
  }))
}
