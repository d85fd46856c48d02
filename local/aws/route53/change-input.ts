import type { Change, ResourceRecordSet } from '@aws-sdk/client-route-53'
import { refuseInput, refuseValue } from './errors.ts'
import { policiesOf } from './record-set.ts'

/** Record types that Route 53 has. @see Route 53 API reference, ResourceRecordSet, Type */
const types = 'A AAAA CAA CNAME DS HTTPS MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT'.split(' ')
const actions = ['UPSERT', 'DELETE', 'CREATE']
const failovers = ['PRIMARY', 'SECONDARY']
const longestTtl = 2_147_483_647

/**
 * Checks one change for what needs no look at the zone.
 *
 * @param index - Of the change in its batch, from 0.
 * @throws {AwsError} `InvalidInput`, as Route 53 words it.
 * @see Route 53 API reference, ResourceRecordSet
 */
export function checkChangeInput({ Action, ResourceRecordSet: sent }: Change, index: number): void {
  const path = `changeBatch.changes.${index + 1}.member`
  const record = sent ?? refuseValue(`${path}.resourceRecordSet`, undefined, 'Member must not be null')
  const at = (member: string) => `${path}.resourceRecordSet.${member}`
  if (!actions.includes(Action ?? '')) refuseValue(`${path}.action`, Action, oneOf(actions))
  if (!types.includes(record.Type ?? '')) refuseValue(at('type'), record.Type, oneOf(types))
  checkRange(at('weight'), record.Weight, 255)
  checkRange(at('tTL'), record.TTL, longestTtl)
  checkLength(at('setIdentifier'), record.SetIdentifier, 128)
  checkLength(at('healthCheckId'), record.HealthCheckId, 64)
  if (record.Failover !== undefined && !failovers.includes(record.Failover))
    refuseValue(at('failover'), record.Failover, oneOf(failovers))
  const problems = [contentProblem(record), policyProblem(record)].filter((problem) => problem !== undefined)
  if (problems.length === 0) return
  const { Name, Type, SetIdentifier } = record
  const where = `in Change with [Action=${Action}, Name=${Name}, Type=${Type}, SetIdentifier=${SetIdentifier ?? null}]`
  refuseInput(`Invalid request: ${problems.map((problem) => `${problem} ${where}`).join(', and ')}`)
}

/** A record of a traffic policy carries its instance's id beside its content. */
function contentProblem({ AliasTarget, TTL, ResourceRecords }: ResourceRecordSet): string | undefined {
  const content = 'Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]'
  const hasValues = TTL !== undefined || ResourceRecords !== undefined
  if (AliasTarget && hasValues) return `${content}, but found more than one`
  const isComplete = TTL !== undefined && ResourceRecords !== undefined && ResourceRecords.length > 0
  return AliasTarget || isComplete ? undefined : `${content}, but found none`
}

function policyProblem(record: ResourceRecordSet): string | undefined {
  const expected =
    'Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, CidrRoutingConfig, or GeoProximityLocation]'
  const policies = policiesOf(record)
  if (policies.length > 1) return `${expected}, but found more than one`
  if (policies.length === 1 && record.SetIdentifier === undefined) return "Missing field 'SetIdentifier'"
  if (policies.length === 0 && record.SetIdentifier !== undefined) return `${expected}, but found none`
  if (record.MultiValueAnswer && record.AliasTarget) return "Unexpected field 'AliasTarget' beside 'MultiValueAnswer'"
  return undefined
}

function checkRange(path: string, value: number | undefined, most: number): void {
  if (value === undefined) return
  if (!Number.isInteger(value)) refuseValue(path, value, 'Member must be a whole number')
  if (value < 0) refuseValue(path, value, 'Member must have value greater than or equal to 0')
  if (value > most) refuseValue(path, value, `Member must have value less than or equal to ${most}`)
}

function checkLength(path: string, value: string | undefined, most: number): void {
  if (value === undefined) return
  if (value.length < 1) refuseValue(path, value, 'Member must have length greater than or equal to 1')
  if (value.length > most) refuseValue(path, value, `Member must have length less than or equal to ${most}`)
}

function oneOf(values: readonly string[]): string {
  return `Member must satisfy enum value set: [${values.join(', ')}]`
}
