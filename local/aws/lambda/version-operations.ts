import { isDeepStrictEqual } from 'node:util'
import * as sdk from '@aws-sdk/client-lambda'
import { type AwsOperation, operation } from '../service.ts'
import { asOfNow, type ControlPlane, functionOf } from './control-plane.ts'
import { checkRevision, refuse } from './errors.ts'
import { toPage } from './pages.ts'
import { showVersion } from './present.ts'
import type { FunctionRecord, FunctionSettings } from './records.ts'

export function createVersionOperations(control: ControlPlane): Record<string, AwsOperation> {
  const { accountId } = control.store
  return {
    PublishVersion: operation<sdk.PublishVersionCommandInput, sdk.PublishVersionCommandOutput>(
      sdk.PublishVersion$,
      true,
      (input, { region }) => publish(control, functionOf(control, region, input.FunctionName).record, input),
    ),
    ListVersionsByFunction: operation<sdk.ListVersionsByFunctionCommandInput, sdk.ListVersionsByFunctionCommandOutput>(
      sdk.ListVersionsByFunction$,
      false,
      (input, { region }) => {
        const { record } = functionOf(control, region, input.FunctionName)
        const page = toPage([record.latest, ...record.published], ({ version }) => version, input)
        return {
          Versions: page.items.map((version) => showVersion(accountId, record, version, version.version)),
          ...(page.nextMarker && { NextMarker: page.nextMarker }),
        }
      },
    ),
  }
}

/**
 * Makes `$LATEST` a version that never changes. One that differs in nothing from the newest version publishes nothing.
 *
 * @returns The new version, or the newest one.
 * @throws {AwsError} `PreconditionFailedException`, `InvalidParameterValueException` when `$LATEST` is not what the caller
 *   thinks it is.
 */
export function publish(
  control: ControlPlane,
  record: FunctionRecord,
  input: Pick<sdk.PublishVersionRequest, 'CodeSha256' | 'Description' | 'RevisionId'>,
): sdk.FunctionConfiguration {
  const { store } = control
  const { settings, revisionId } = record.latest
  checkRevision(input.RevisionId, revisionId)
  if (input.CodeSha256 && input.CodeSha256 !== settings.codeSha256) {
    refuse(
      'InvalidParameterValueException',
      `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${settings.codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    )
  }
  const newest = record.published.at(-1)
  if (newest && isSameBut(newest.settings, settings)) {
    return showVersion(store.accountId, record, newest, newest.version)
  }
  const description = input.Description ?? settings.description
  const version = asOfNow(control, String(record.nextVersion), { ...settings, description })
  const next = { ...record, published: [...record.published, version], nextVersion: record.nextVersion + 1 }
  store.put(next)
  return showVersion(store.accountId, next, version, version.version)
}

/** A version may have a description of its own. */
function isSameBut(a: FunctionSettings, b: FunctionSettings): boolean {
  return isDeepStrictEqual(withoutDescription(a), withoutDescription(b))
}

/** As saved: a member that is undefined is one that is not there. */
function withoutDescription({ description: _, ...settings }: FunctionSettings): unknown {
  return JSON.parse(JSON.stringify(settings))
}
