/** The DNS server of local mode with a weighted pair 90/10 in a hosted zone. */
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { createDnsServer } from '../../local/data-plane/dns/dns-server.ts'
import type { DnsZone } from '../../local/data-plane/dns/zone-source.ts'
import { measuredName, measuredZone, sides, ttlSeconds } from './measured-case.ts'

const start: ResourceRecordSet = {
  Name: measuredZone,
  Type: 'SOA',
  TTL: 900,
  ResourceRecords: [{ Value: `ns.${measuredZone}. admin.${measuredZone}. 1 7200 900 1209600 86400` }],
}
const weighted = sides.map(
  ({ address, weight }): ResourceRecordSet => ({
    Name: measuredName,
    Type: 'A',
    TTL: ttlSeconds,
    SetIdentifier: address,
    Weight: weight,
    ResourceRecords: [{ Value: address }],
  }),
)
const records = new Map<string, readonly ResourceRecordSet[]>([
  [measuredZone, [start]],
  [measuredName, weighted],
])
const zone: DnsZone = {
  id: 'Z1',
  name: measuredZone,
  version: 1,
  recordsAt: (name) => records.get(name) ?? [],
  hasName: (name) => records.has(name),
}
const server = createDnsServer({
  zones: { zoneFor: (name) => (name === measuredZone || name.endsWith(`.${measuredZone}`) ? zone : null) },
  health: { isHealthy: () => null },
  balancers: { addressesOf: () => null, isHealthy: () => null },
})
await server.listen(0)
process.send?.([server.port])
