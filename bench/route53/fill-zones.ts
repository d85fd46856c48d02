import {
  type Change,
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  type ResourceRecordSet,
  Route53Client,
} from '@aws-sdk/client-route-53'
import type { PairPlace } from './messages.ts'

/** Pairs that are created with one request: a creation counts once, and each record has one value. */
const pairsARequest = 400

export const blue = 'blue'
export const green = 'green'

/** Both records of a pair as they are created, and as Route 53 lists them. */
export function sidesOf(name: string): readonly ResourceRecordSet[] {
  return [blue, green].map((side) => ({
    ...{ Name: `${name}.`, Type: 'A', SetIdentifier: side, Weight: side === blue ? 100 : 0, TTL: 60 },
    ResourceRecords: [{ Value: side === blue ? '192.0.2.1' : '192.0.2.2' }],
  }))
}

/** Makes the zones and divides `pairs` weighted pairs over them: all to blue, TTL 60, values of nine characters. */
export async function fillZones(url: string, zones: number, pairs: number): Promise<readonly PairPlace[]> {
  const client = new Route53Client({
    endpoint: url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'thing' },
  })
  const ids: string[] = []
  for (let zone = 0; zone < zones; zone++) ids.push(await createZone(client, `zone${zone}.example`))
  const places = Array.from({ length: pairs }, (_, index) => ({
    zoneId: ids[index % zones] ?? '',
    name: `app${String(index).padStart(5, '0')}.zone${index % zones}.example`,
  }))
  for (const zoneId of ids)
    await createPairs(
      client,
      zoneId,
      places.filter((place) => place.zoneId === zoneId),
    )
  client.destroy()
  return places
}

async function createZone(client: Route53Client, name: string): Promise<string> {
  const { HostedZone } = await client.send(new CreateHostedZoneCommand({ Name: name, CallerReference: name }))
  return HostedZone?.Id?.replace('/hostedzone/', '') ?? ''
}

async function createPairs(client: Route53Client, zoneId: string, places: readonly PairPlace[]): Promise<void> {
  for (let from = 0; from < places.length; from += pairsARequest) {
    const records = places.slice(from, from + pairsARequest).flatMap(({ name }) => sidesOf(name))
    const Changes = records.map((ResourceRecordSet): Change => ({ Action: 'CREATE', ResourceRecordSet }))
    await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }))
  }
}
