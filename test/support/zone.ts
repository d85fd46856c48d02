import * as sdk from '@aws-sdk/client-route-53'

export interface RealZone {
  readonly id: string
  /** All record sets, as they are listed. */
  list(): Promise<readonly sdk.ResourceRecordSet[]>
  close(): void
}

/** The hosted zone `example.com` of the rehearsal cloud with these records, made through its endpoint. */
export async function createZone(endpoint: string, records: readonly sdk.ResourceRecordSet[]): Promise<RealZone> {
  const client = zoneClient(endpoint)
  const created = await client.send(new sdk.CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'one' }))
  const id = created.HostedZone?.Id?.replace('/hostedzone/', '') ?? ''
  const Changes = records.map((ResourceRecordSet) => ({ Action: 'CREATE' as const, ResourceRecordSet }))
  await client.send(new sdk.ChangeResourceRecordSetsCommand({ HostedZoneId: id, ChangeBatch: { Changes } }))
  return {
    id,
    async list() {
      const page = await client.send(new sdk.ListResourceRecordSetsCommand({ HostedZoneId: id }))
      return page.ResourceRecordSets ?? []
    },
    close: () => client.destroy(),
  }
}

/** Patient with the account's five requests a second, which Sluice uses too. */
export function zoneClient(endpoint: string): sdk.Route53Client {
  const credentials = { accessKeyId: 'any', secretAccessKey: 'thing' }
  return new sdk.Route53Client({ endpoint, region: 'us-east-1', credentials, maxAttempts: 10 })
}

/** The weights of a pair of records, by their identifiers. */
export function weightsOfPair(
  records: readonly sdk.ResourceRecordSet[],
  name: string,
): Record<string, number | undefined> {
  const pair = records.filter(({ Name }) => Name === `${name}.`)
  return Object.fromEntries(pair.map(({ SetIdentifier, Weight }) => [SetIdentifier, Weight]))
}
