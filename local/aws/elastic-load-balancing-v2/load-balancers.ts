import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { type AwsOperation, operation } from '../service.ts'
import { changeAttributes, initialAttributes, loadBalancerAttributes, toAttributeList } from './attributes.ts'
import { checkName, checkOneOf, isSameJson, refuseDuplicates } from './check.ts'
import { type ControlPlane, carryListenersAgain } from './control-plane.ts'
import { hostedZoneOf } from './identity.ts'
import { limits } from './limits.ts'
import { forgetListener, getLoadBalancer, listenersOf, refuse } from './lookup.ts'
import { paginate } from './pages.ts'
import type { LoadBalancerRecord } from './records.ts'
import { checkTags } from './tags.ts'

export function createLoadBalancerOperations(control: ControlPlane): Record<string, AwsOperation> {
  const { store } = control
  return {
    CreateLoadBalancer: operation<sdk.CreateLoadBalancerCommandInput, sdk.CreateLoadBalancerCommandOutput>(
      sdk.CreateLoadBalancer$,
      true,
      async (input, { region }) => {
        const loadBalancer = await createLoadBalancer(control, input, region)
        return { LoadBalancers: [show(loadBalancer)] }
      },
    ),
    DescribeLoadBalancers: operation<sdk.DescribeLoadBalancersCommandInput, sdk.DescribeLoadBalancersCommandOutput>(
      sdk.DescribeLoadBalancers$,
      false,
      (input, { region }) => {
        const page = paginate(select(control, input, region), ({ arn }) => arn, input)
        return { LoadBalancers: page.items.map(show), ...(page.nextMarker && { NextMarker: page.nextMarker }) }
      },
    ),
    DeleteLoadBalancer: operation<sdk.DeleteLoadBalancerCommandInput, sdk.DeleteLoadBalancerCommandOutput>(
      sdk.DeleteLoadBalancer$,
      true,
      async (input) => {
        await deleteLoadBalancer(control, input.LoadBalancerArn ?? '')
        return {}
      },
    ),
    DescribeLoadBalancerAttributes: operation<
      sdk.DescribeLoadBalancerAttributesCommandInput,
      sdk.DescribeLoadBalancerAttributesCommandOutput
    >(sdk.DescribeLoadBalancerAttributes$, false, (input) => ({
      Attributes: toAttributeList(getLoadBalancer(store, input.LoadBalancerArn).attributes),
    })),
    ModifyLoadBalancerAttributes: operation<
      sdk.ModifyLoadBalancerAttributesCommandInput,
      sdk.ModifyLoadBalancerAttributesCommandOutput
    >(sdk.ModifyLoadBalancerAttributes$, true, async (input) => {
      const current = getLoadBalancer(store, input.LoadBalancerArn)
      const attributes = changeAttributes(loadBalancerAttributes, current.attributes, input.Attributes ?? [])
      store.loadBalancers.set(current.arn, { ...current, attributes })
      try {
        await carryListenersAgain(control, listenersOf(store, current.arn))
      } catch (error) {
        store.loadBalancers.set(current.arn, current)
        throw error
      }
      return { Attributes: toAttributeList(attributes) }
    }),
    SetSubnets: operation<sdk.SetSubnetsCommandInput, sdk.SetSubnetsCommandOutput>(sdk.SetSubnets$, true, (input) => {
      const current = getLoadBalancer(store, input.LoadBalancerArn)
      const subnets = subnetsOf(input)
      if (subnets.length === 0) refuse('ValidationError', 'At least one subnet must be specified')
      const next = { ...current, subnets }
      store.loadBalancers.set(current.arn, next)
      return { AvailabilityZones: zonesOf(next), IpAddressType: ipAddressTypeOf(next) }
    }),
    SetSecurityGroups: operation<sdk.SetSecurityGroupsCommandInput, sdk.SetSecurityGroupsCommandOutput>(
      sdk.SetSecurityGroups$,
      true,
      (input) => {
        const current = getLoadBalancer(store, input.LoadBalancerArn)
        const securityGroups = input.SecurityGroups ?? []
        refuseDuplicates('Security group', securityGroups)
        store.loadBalancers.set(current.arn, { ...current, securityGroups })
        return { SecurityGroupIds: securityGroups }
      },
    ),
    SetIpAddressType: operation<sdk.SetIpAddressTypeCommandInput, sdk.SetIpAddressTypeCommandOutput>(
      sdk.SetIpAddressType$,
      true,
      (input) => {
        const current = getLoadBalancer(store, input.LoadBalancerArn)
        const ipAddressType = checkOneOf('IpAddressType', input.IpAddressType ?? '', Object.values(sdk.IpAddressType))
        store.loadBalancers.set(current.arn, { ...current, ipAddressType })
        return { IpAddressType: ipAddressType }
      },
    ),
  }
}

async function createLoadBalancer(
  { store, identity, addresses, clock }: ControlPlane,
  input: sdk.CreateLoadBalancerInput,
  region: string,
): Promise<LoadBalancerRecord> {
  const name = checkName('Load balancer', input.Name ?? '')
  if (name.startsWith('internal-'))
    refuse('ValidationError', `Load balancer name '${name}' cannot begin with 'internal-'`)
  if ((input.Type ?? 'application') !== 'application') {
    refuse('NotImplemented', `Load balancers of type '${input.Type}' are not implemented by the local endpoint`)
  }
  const settings = {
    scheme: checkOneOf('Scheme', input.Scheme ?? 'internet-facing', ['internet-facing', 'internal'] as const),
    ipAddressType: checkOneOf('IpAddressType', input.IpAddressType ?? 'ipv4', Object.values(sdk.IpAddressType)),
    subnets: subnetsOf(input),
    securityGroups: input.SecurityGroups ?? [],
  }
  refuseDuplicates('Security group', settings.securityGroups)
  const tags = checkTags(input.Tags)
  const others = [...store.loadBalancers.values()].filter((other) => other.region === region)
  const namesake = others.find((other) => other.name === name)
  if (namesake) {
    const { scheme, ipAddressType, subnets, securityGroups } = namesake
    // The same call once more is the same load balancer; the first answer may have been lost.
    if (isSameJson({ scheme, ipAddressType, subnets, securityGroups }, settings)) return namesake
    refuse(
      'DuplicateLoadBalancerName',
      `A load balancer with the same name '${name}' exists, but with different settings`,
    )
  }
  if (others.length >= limits['application-load-balancers']) {
    refuse('TooManyLoadBalancers', `The maximum number of load balancers (${others.length}) has been reached`)
  }
  const loadBalancer: LoadBalancerRecord = {
    arn: identity.loadBalancerArn(region, name),
    name,
    region,
    createdAt: new Date(clock.now()).toISOString(),
    dnsName: identity.dnsName(region, name, settings.scheme),
    address: await addresses.next([...store.loadBalancers.values()].map(({ address }) => address)),
    ...settings,
    attributes: initialAttributes(loadBalancerAttributes),
  }
  store.loadBalancers.set(loadBalancer.arn, loadBalancer)
  store.tags.set(loadBalancer.arn, tags)
  return loadBalancer
}

/** Takes its listeners and rules along. One that is not there is already deleted, as AWS sees it. */
async function deleteLoadBalancer({ store, dataPlane }: ControlPlane, arn: string): Promise<void> {
  const loadBalancer = store.loadBalancers.get(arn)
  if (!loadBalancer) return
  if (loadBalancer.attributes['deletion_protection.enabled'] === 'true') {
    refuse('OperationNotPermitted', `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`)
  }
  for (const listener of listenersOf(store, arn)) {
    await dataPlane.removeListener(listener.arn)
    forgetListener(store, listener.arn)
  }
  store.loadBalancers.delete(arn)
  store.tags.delete(arn)
}

function select({ store }: ControlPlane, input: sdk.DescribeLoadBalancersInput, region: string): LoadBalancerRecord[] {
  const { LoadBalancerArns: arns, Names: names } = input
  if (arns?.length && names?.length) refuse('ValidationError', 'Load balancer ARNs and names cannot both be specified')
  const all = [...store.loadBalancers.values()].filter((loadBalancer) => loadBalancer.region === region)
  if (arns?.length) return arns.map((arn) => getLoadBalancer(store, arn))
  if (!names?.length) return all
  return names.map(
    (name) =>
      all.find((loadBalancer) => loadBalancer.name === name) ??
      refuse('LoadBalancerNotFound', `Load balancers '[${name}]' not found`),
  )
}

function subnetsOf(input: Pick<sdk.CreateLoadBalancerInput, 'Subnets' | 'SubnetMappings'>): string[] {
  if (input.Subnets?.length && input.SubnetMappings?.length) {
    refuse('ValidationError', 'You can specify either subnets or subnet mappings, not both')
  }
  const subnets = input.Subnets ?? (input.SubnetMappings ?? []).map(({ SubnetId }) => SubnetId ?? '')
  refuseDuplicates('Subnet', subnets)
  return subnets
}

function show(loadBalancer: LoadBalancerRecord): sdk.LoadBalancer {
  return {
    LoadBalancerArn: loadBalancer.arn,
    DNSName: loadBalancer.dnsName,
    CanonicalHostedZoneId: hostedZoneOf(loadBalancer.region),
    CreatedTime: new Date(loadBalancer.createdAt),
    LoadBalancerName: loadBalancer.name,
    Scheme: loadBalancer.scheme,
    State: { Code: 'active' },
    Type: 'application',
    AvailabilityZones: zonesOf(loadBalancer),
    SecurityGroups: [...loadBalancer.securityGroups],
    IpAddressType: ipAddressTypeOf(loadBalancer),
  }
}

/** Subnets are taken on trust: the first is in zone a, the second in b. Every zone has the one local address. */
function zonesOf({ region, subnets, address }: LoadBalancerRecord): sdk.AvailabilityZone[] {
  const LoadBalancerAddresses = [{ IpAddress: address }]
  const zoneName = (index: number) => `${region}${String.fromCharCode('a'.charCodeAt(0) + (index % 26))}`
  if (subnets.length === 0) return [{ ZoneName: zoneName(0), LoadBalancerAddresses }]
  return subnets.map((SubnetId, index) => ({ ZoneName: zoneName(index), SubnetId, LoadBalancerAddresses }))
}

function ipAddressTypeOf({ ipAddressType }: LoadBalancerRecord): sdk.IpAddressType | undefined {
  return Object.values(sdk.IpAddressType).find((type) => type === ipAddressType)
}
