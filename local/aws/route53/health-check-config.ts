import { isIP } from 'node:net'
import { type HealthCheckConfig, HealthCheckRegion, type UpdateHealthCheckRequest } from '@aws-sdk/client-route-53'
import { refuse, refuseInput, refuseValue } from './errors.ts'

const types = ['HTTP', 'HTTPS', 'HTTP_STR_MATCH', 'HTTPS_STR_MATCH', 'TCP', 'CALCULATED']
/** AWS has these; here is nothing that they could follow. */
const notBuilt = ['CLOUDWATCH_METRIC', 'RECOVERY_CONTROL']
const mostChildren = 256
const fewestRegions = 3

/**
 * Checks a health check's settings and fills in what Route 53 does when they are absent.
 *
 * @throws {AwsError} `InvalidInput` naming the member; `NotImplemented` for types that follow other services.
 * @see Route 53 API reference, HealthCheckConfig
 */
export function completeConfig(config: HealthCheckConfig): HealthCheckConfig {
  const type: string | undefined = config.Type
  if (type !== undefined && notBuilt.includes(type))
    refuse('NotImplemented', `Health checks of type ${type} are not implemented by the local endpoint`)
  if (type === undefined || !types.includes(type))
    refuseValue(at('type'), type, `Member must satisfy enum value set: [${[...types, ...notBuilt].join(', ')}]`)
  checkRanges(config)
  const common = {
    ...config,
    MeasureLatency: config.MeasureLatency ?? false,
    Inverted: config.Inverted ?? false,
    Disabled: config.Disabled ?? false,
  }
  return type === 'CALCULATED' ? completeCalculated(common) : completeEndpoint(common)
}

/** The settings after an update, not checked yet. Members that are absent stay; `ResetElements` go. */
export function mergeConfig(config: HealthCheckConfig, update: UpdateHealthCheckRequest): HealthCheckConfig {
  const { HealthCheckId, HealthCheckVersion, ResetElements = [], ...changed } = update
  const kept = Object.entries(config).filter(([name]) => !ResetElements.some((element) => element === name))
  const set = Object.entries(changed).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries([...kept, ...set]), Type: config.Type }
}

function completeCalculated(config: HealthCheckConfig): HealthCheckConfig {
  const foreign = Object.keys(config).find((name) => endpointMembers.includes(name))
  if (foreign) refuseInput(`Calculated health checks have no ${foreign}`)
  if (config.HealthThreshold === undefined) refuseInput('Calculated health checks need HealthThreshold')
  const children = config.ChildHealthChecks ?? refuseInput('Calculated health checks need ChildHealthChecks')
  if (children.length > mostChildren)
    refuseValue(
      at('childHealthChecks'),
      children.length,
      `Member must have length less than or equal to ${mostChildren}`,
    )
  if (new Set(children).size < children.length) refuseInput('ChildHealthChecks names a health check twice')
  return config
}

function completeEndpoint(config: HealthCheckConfig): HealthCheckConfig {
  const { Type: type, IPAddress, FullyQualifiedDomainName, SearchString } = config
  const isTls = type === 'HTTPS' || type === 'HTTPS_STR_MATCH'
  const isSearch = type === 'HTTP_STR_MATCH' || type === 'HTTPS_STR_MATCH'
  if (config.HealthThreshold !== undefined || config.ChildHealthChecks !== undefined)
    refuseInput(`Health checks of type ${type} have no HealthThreshold and no ChildHealthChecks`)
  if (IPAddress === undefined && FullyQualifiedDomainName === undefined)
    refuseInput('Either IPAddress or FullyQualifiedDomainName must be given')
  if (IPAddress !== undefined && isIP(IPAddress) === 0)
    refuseValue(at('iPAddress'), IPAddress, 'Member must be an IPv4 or IPv6 address')
  if (type === 'TCP' && config.ResourcePath !== undefined) refuseInput('Health checks of type TCP have no ResourcePath')
  if (isSearch && !SearchString) refuseInput(`Health checks of type ${type} need SearchString`)
  if (!isSearch && SearchString !== undefined) refuseInput(`Health checks of type ${type} have no SearchString`)
  if (type === 'TCP' && config.Port === undefined) refuseInput('Health checks of type TCP need Port')
  return {
    ...config,
    Port: config.Port ?? (isTls ? 443 : 80),
    RequestInterval: config.RequestInterval ?? 30,
    FailureThreshold: config.FailureThreshold ?? 3,
    EnableSNI: config.EnableSNI ?? isTls,
  }
}

const endpointMembers = [
  'IPAddress',
  'Port',
  'ResourcePath',
  'FullyQualifiedDomainName',
  'SearchString',
  'RequestInterval',
  'FailureThreshold',
  'EnableSNI',
  'Regions',
]

function checkRanges(config: HealthCheckConfig): void {
  checkRange('port', config.Port, [1, 65_535])
  checkRange('failureThreshold', config.FailureThreshold, [1, 10])
  checkRange('healthThreshold', config.HealthThreshold, [0, mostChildren])
  if (config.RequestInterval !== undefined && config.RequestInterval !== 10 && config.RequestInterval !== 30)
    refuseValue(at('requestInterval'), config.RequestInterval, 'Member must be 10 or 30')
  for (const name of ['ResourcePath', 'FullyQualifiedDomainName', 'SearchString'] as const) {
    if ((config[name]?.length ?? 0) > 255) refuseInput(`${name} must have at most 255 characters`)
  }
  if (config.AlarmIdentifier || config.InsufficientDataHealthStatus || config.RoutingControlArn)
    refuseInput(`Health checks of type ${config.Type} have no alarm and no routing control`)
  checkRegions(config.Regions)
}

/** They are kept and answered; the one checker here stands for all. */
function checkRegions(regions: readonly string[] | undefined): void {
  if (regions === undefined) return
  const known: readonly string[] = Object.values(HealthCheckRegion)
  const unknown = regions.find((region) => !known.includes(region))
  if (unknown) refuseValue(at('regions'), unknown, `Member must satisfy enum value set: [${known.join(', ')}]`)
  if (new Set(regions).size < fewestRegions)
    refuseValue(at('regions'), regions, `Member must have at least ${fewestRegions} regions`)
}

function checkRange(member: string, value: number | undefined, [least, most]: readonly [number, number]): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return
  refuseValue(at(member), value, `Member must be a whole number from ${least} to ${most}`)
}

function at(member: string): string {
  return `healthCheckConfig.${member}`
}
