import type { CreateHostedZoneCommandInput, CreateHostedZoneCommandOutput, VPC } from '@aws-sdk/client-route-53'
import { type ControlPlane, checkComment, checkReference } from './control-plane.ts'
import { type DnsName, isName, parseDnsName } from './dns-name.ts'
import { refuse, refuseInput } from './errors.ts'
import { newId } from './resource-id.ts'
import { buildZone, showZone, type Zone } from './zone.ts'

/** @see Amazon Route 53 Developer Guide, Quotas, "Quotas on hosted zones" */
const mostZones = 500
/** What the SDK adds on its side. */
type Output = Omit<CreateHostedZoneCommandOutput, '$metadata'>

/**
 * Makes a public hosted zone, or a private one where a VPC is given. VPCs are taken on trust. A caller reference is used
 * up while its zone exists: a repeated request is refused, and so tells that the first one took effect.
 *
 * @see Route 53 API reference, CreateHostedZone
 */
export function createZone(control: ControlPlane, input: CreateHostedZoneCommandInput): Output {
  const { zones, changes } = control
  const callerReference = checkReference(input.CallerReference)
  const comment = checkComment('hostedZoneConfig.comment', input.HostedZoneConfig?.Comment)
  const vpcs = readVpcs(input)
  const name = readZoneName(input.Name ?? '', vpcs !== undefined)
  if (input.DelegationSetId !== undefined)
    refuse('NoSuchDelegationSet', `No reusable delegation set found with ID: ${input.DelegationSetId}`)
  checkNotThere(zones.list(), { name, callerReference, vpcs })
  if (zones.list().length >= mostZones)
    refuse('TooManyHostedZones', `This account can have at most ${mostZones} hosted zones`)
  const zone = buildZone({ id: newId('Z'), name, callerReference, comment, vpcs })
  zones.put(zone)
  const [VPC] = vpcs ?? []
  return {
    HostedZone: showZone(zone),
    ChangeInfo: changes.add(),
    DelegationSet: vpcs ? undefined : { NameServers: [...zone.nameServers] },
    ...(VPC && { VPC }),
    Location: `https://route53.amazonaws.com/2013-04-01/hostedzone/${zone.id}`,
  }
}

function readVpcs({ VPC: vpc, HostedZoneConfig }: CreateHostedZoneCommandInput): readonly VPC[] | undefined {
  if (vpc?.VPCId !== undefined && vpc.VPCRegion !== undefined) return [vpc]
  if (vpc) refuse('InvalidVPCId', 'A VPC needs its VPCId and its VPCRegion')
  if (HostedZoneConfig?.PrivateZone) refuseInput('A private hosted zone needs a VPC')
  return undefined
}

function readZoneName(text: string, isPrivate: boolean): DnsName {
  const name = parseDnsName(text)
  if (!isName(name)) return refuse('InvalidDomainName', `${text} is not a valid domain name: ${name.problem}`)
  if (name.startsWith('*')) refuse('InvalidDomainName', `${text} is not a valid domain name: a zone is no wildcard`)
  // Public top-level domains belong to their registries.
  if (!isPrivate && !name.includes('.')) refuse('InvalidDomainName', `${text} is reserved by AWS!`)
  return name
}

function checkNotThere(all: readonly Zone[], wanted: Pick<Zone, 'name' | 'callerReference' | 'vpcs'>): void {
  const { name, callerReference, vpcs = [] } = wanted
  if (all.some((zone) => zone.callerReference === callerReference)) {
    const message = `A hosted zone has already been created with the specified caller reference: ${callerReference}.`
    refuse('HostedZoneAlreadyExists', message, 409)
  }
  const taken = vpcs.find(({ VPCId }) =>
    all.some((zone) => zone.name === name && zone.vpcs?.some((other) => other.VPCId === VPCId)),
  )
  if (!taken) return
  const message = `The VPC ${taken.VPCId} in region ${taken.VPCRegion} has already been associated with a hosted zone with the same domain name.`
  refuse('ConflictingDomainExists', message)
}
