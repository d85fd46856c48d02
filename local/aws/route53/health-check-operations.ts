import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import * as sdk from '@aws-sdk/client-route-53'
import type { Sighting } from '../../data-plane/route53-health/monitor.ts'
import { type AwsOperation, operation } from '../service.ts'
import { type ControlPlane, checkReference } from './control-plane.ts'
import { refuse, refuseInput } from './errors.ts'
import { completeConfig, mergeConfig } from './health-check-config.ts'
import { type HealthCheckRecord, showHealthCheck } from './health-checks.ts'
import { cutPage, fromMarker } from './page.ts'

/** @see Amazon Route 53 Developer Guide, Quotas, "Quotas on health checks" */
const mostChecks = 200
const mostOfPage = 1000
const longestReference = 64

export function createHealthCheckOperations(control: ControlPlane): Record<string, AwsOperation> {
  const { healthChecks, tags } = control
  return {
    CreateHealthCheck: operation<sdk.CreateHealthCheckCommandInput, sdk.CreateHealthCheckCommandOutput>(
      sdk.CreateHealthCheck$,
      true,
      (input) => {
        const check = createCheck(control, input)
        const Location = `https://route53.amazonaws.com/2013-04-01/healthcheck/${check.id}`
        return { HealthCheck: showHealthCheck(check), Location }
      },
    ),
    GetHealthCheck: operation<sdk.GetHealthCheckCommandInput, sdk.GetHealthCheckCommandOutput>(
      sdk.GetHealthCheck$,
      false,
      ({ HealthCheckId = '' }) => ({ HealthCheck: showHealthCheck(healthChecks.get(HealthCheckId)) }),
    ),
    UpdateHealthCheck: operation<sdk.UpdateHealthCheckCommandInput, sdk.UpdateHealthCheckCommandOutput>(
      sdk.UpdateHealthCheck$,
      true,
      (input) => ({ HealthCheck: showHealthCheck(updateCheck(control, input)) }),
    ),
    DeleteHealthCheck: operation<sdk.DeleteHealthCheckCommandInput, sdk.DeleteHealthCheckCommandOutput>(
      sdk.DeleteHealthCheck$,
      true,
      // Records and calculated checks may still name it; Route 53 lets it go, and takes it for healthy from then on.
      ({ HealthCheckId = '' }) => {
        const { id } = healthChecks.get(HealthCheckId)
        healthChecks.delete(id)
        tags.forget('healthcheck', id)
        return {}
      },
    ),
    ListHealthChecks: operation<sdk.ListHealthChecksCommandInput, sdk.ListHealthChecksCommandOutput>(
      sdk.ListHealthChecks$,
      false,
      ({ Marker, MaxItems }) => {
        const rest = fromMarker(healthChecks.list(), ({ id }) => id, Marker)
        const { items, next, maxItems } = cutPage(rest, MaxItems, mostOfPage)
        return {
          HealthChecks: items.map(showHealthCheck),
          Marker: Marker ?? '',
          IsTruncated: next !== undefined,
          ...(next && { NextMarker: next.id }),
          MaxItems: maxItems,
        }
      },
    ),
    GetHealthCheckCount: operation<sdk.GetHealthCheckCountCommandInput, sdk.GetHealthCheckCountCommandOutput>(
      sdk.GetHealthCheckCount$,
      false,
      () => ({ HealthCheckCount: healthChecks.list().length }),
    ),
    GetHealthCheckStatus: operation<sdk.GetHealthCheckStatusCommandInput, sdk.GetHealthCheckStatusCommandOutput>(
      sdk.GetHealthCheckStatus$,
      false,
      ({ HealthCheckId = '' }) => ({ HealthCheckObservations: observe(control, HealthCheckId, 'last') }),
    ),
    GetHealthCheckLastFailureReason: operation<
      sdk.GetHealthCheckLastFailureReasonCommandInput,
      sdk.GetHealthCheckLastFailureReasonCommandOutput
    >(sdk.GetHealthCheckLastFailureReason$, false, ({ HealthCheckId = '' }) => ({
      HealthCheckObservations: observe(control, HealthCheckId, 'lastFailure'),
    })),
  }
}

/** The same request again finds the health check that the first one made. */
function createCheck(control: ControlPlane, input: sdk.CreateHealthCheckCommandInput): HealthCheckRecord {
  const { healthChecks } = control
  const callerReference = checkReference(input.CallerReference, longestReference)
  const config = completeConfig(input.HealthCheckConfig ?? refuseInput('HealthCheckConfig is missing'))
  const known = healthChecks.findByReference(callerReference)
  if (known !== undefined && known !== 'deleted' && isDeepStrictEqual(known.config, config)) return known
  if (known !== undefined) {
    const message = `A health check with the caller reference ${callerReference} has been created before with other settings, or was deleted.`
    refuse('HealthCheckAlreadyExists', message, 409)
  }
  checkChildren(control, config)
  if (healthChecks.list().length >= mostChecks)
    refuse('TooManyHealthChecks', `This account can have at most ${mostChecks} health checks`)
  const check = { id: randomUUID(), callerReference, version: 1, config }
  healthChecks.put(check)
  return check
}

function updateCheck(control: ControlPlane, input: sdk.UpdateHealthCheckCommandInput): HealthCheckRecord {
  const { healthChecks } = control
  const known = healthChecks.get(input.HealthCheckId ?? '')
  if (input.HealthCheckVersion !== undefined && input.HealthCheckVersion !== known.version) {
    const message = `The version ${input.HealthCheckVersion} is not that of the health check, which is ${known.version}`
    refuse('HealthCheckVersionMismatch', message, 409)
  }
  const config = completeConfig(mergeConfig(known.config, input))
  checkChildren(control, config)
  const check = { ...known, version: known.version + 1, config }
  healthChecks.put(check)
  return check
}

function checkChildren({ healthChecks }: ControlPlane, { ChildHealthChecks = [] }: sdk.HealthCheckConfig): void {
  for (const id of ChildHealthChecks) {
    if (!healthChecks.has(id)) refuseInput(`The child health check ${id} does not exist`)
    if (healthChecks.get(id).config.Type === 'CALCULATED')
      refuseInput(`The child health check ${id} is a calculated one, which cannot be a child`)
  }
}

/** Of the one checker here; empty until it has something to tell. */
function observe(
  { healthChecks }: ControlPlane,
  id: string,
  what: 'last' | 'lastFailure',
): sdk.HealthCheckObservation[] {
  const { config } = healthChecks.get(id)
  if (config.Type === 'CALCULATED') refuseInput('Calculated health checks have no checkers whose status could be shown')
  const seen: Sighting | undefined = healthChecks.seenOf(id)[what]
  if (!seen) return []
  const StatusReport = { Status: seen.status, CheckedTime: new Date(seen.atMs) }
  return [{ Region: 'us-east-1', IPAddress: '127.0.0.1', StatusReport }]
}
