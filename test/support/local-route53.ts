import * as sdk from '@aws-sdk/client-route-53'
import { onTestFinished } from 'vitest'
import { createRequestLog } from '../../local/aws/request-log.ts'
import { createRoute53, type Route53Options } from '../../local/aws/route53/service.ts'
import { createManualClock } from '../../local/clock.ts'
import { createDataDir } from '../../local/data-dir.ts'
import { clientSettings, startAwsEndpoint } from './aws-endpoint.ts'

/** Limits that no test of something else runs into. */
export const withoutHaste = { requestsPerSecond: 1e6, burst: 1e6, processingMs: 0 }

/**
 * Route 53 of the rehearsal cloud behind its endpoint, on a manual clock, with the real SDK client before it. Its limits
 * are out of the way, unless `realNow` says that the test is about them.
 */
export async function aRoute53(options: Partial<Route53Options> & { readonly directory?: string } = {}) {
  const { directory, ...settings } = options
  const clock = createManualClock()
  const route53 = createRoute53({ clock, ...(settings.realNow ? {} : withoutHaste), ...settings })
  onTestFinished(() => route53.close())
  const requestLog = createRequestLog()
  const server = await startAwsEndpoint({
    services: [route53],
    clock: settings.clock ?? clock,
    requestLog,
    dataDir: createDataDir(directory),
  })
  const client = new sdk.Route53Client(clientSettings(server))
  onTestFinished(() => client.destroy())
  return { route53, clock, server, client, requestLog }
}

/** A hosted zone `example.com`. @returns Its id, without prefix. */
export async function aZone(
  client: sdk.Route53Client,
  overrides: Partial<sdk.CreateHostedZoneCommandInput> = {},
): Promise<string> {
  const input = { Name: 'example.com', CallerReference: 'one', ...overrides }
  const { HostedZone } = await client.send(new sdk.CreateHostedZoneCommand(input))
  return HostedZone?.Id?.replace('/hostedzone/', '') ?? ''
}

export function change(
  client: sdk.Route53Client,
  zoneId: string,
  ...changes: readonly (readonly [sdk.ChangeAction, sdk.ResourceRecordSet])[]
): Promise<sdk.ChangeResourceRecordSetsCommandOutput> {
  const Changes = changes.map(([Action, ResourceRecordSet]) => ({ Action, ResourceRecordSet }))
  return client.send(new sdk.ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }))
}

/** A record of one value, TTL 60. */
export function aRecord(overrides: Partial<sdk.ResourceRecordSet> = {}): sdk.ResourceRecordSet {
  return { Name: 'app.example.com', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '127.0.0.2' }], ...overrides }
}

/** One of the two records of a weighted pair, with an address of its own. */
export function aWeighted(
  side: 'blue' | 'green',
  weight: number,
  overrides: Partial<sdk.ResourceRecordSet> = {},
): sdk.ResourceRecordSet {
  const ResourceRecords = [{ Value: side === 'blue' ? '127.0.0.2' : '127.0.0.3' }]
  return aRecord({ SetIdentifier: side, Weight: weight, ResourceRecords, ...overrides })
}
