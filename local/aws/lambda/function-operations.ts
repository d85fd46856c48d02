import * as sdk from '@aws-sdk/client-lambda'
import { type AwsOperation, operation } from '../service.ts'
import { checkName } from './check.ts'
import { asOfNow, type ControlPlane, functionOf } from './control-plane.ts'
import { checkRevision, refuse } from './errors.ts'
import { functionArn, parseFunctionName } from './function-name.ts'
import { toPage } from './pages.ts'
import { showVersion } from './present.ts'
import type { FunctionRecord, FunctionSettings, VersionRecord } from './records.ts'
import { buildSettings, changeCode, changeSettings } from './settings.ts'
import { findAlias, getVersion } from './store.ts'
import { publish } from './version-operations.ts'

export function createFunctionOperations(control: ControlPlane): Record<string, AwsOperation> {
  const { store } = control
  const { accountId } = store

  function update(record: FunctionRecord, settings: FunctionSettings): FunctionRecord {
    const next = { ...record, latest: asOfNow(control, '$LATEST', settings) }
    store.put(next)
    return next
  }

  return {
    CreateFunction: operation<sdk.CreateFunctionCommandInput, sdk.CreateFunctionCommandOutput>(
      sdk.CreateFunction$,
      true,
      (input, { region }) => {
        const { name } = parseFunctionName(input.FunctionName ?? '')
        checkName('functionName', name, 64)
        if (store.find(region, name) || control.isTaken(name)) {
          refuse('ResourceConflictException', `Function already exist: ${name}`)
        }
        const latest = asOfNow(control, '$LATEST', buildSettings(input))
        const record: FunctionRecord = { region, name, latest, published: [], nextVersion: 1, aliases: [] }
        store.put(record)
        return input.Publish ? publish(control, record, {}) : showVersion(accountId, record, latest)
      },
    ),
    UpdateFunctionConfiguration: operation<
      sdk.UpdateFunctionConfigurationCommandInput,
      sdk.UpdateFunctionConfigurationCommandOutput
    >(sdk.UpdateFunctionConfiguration$, true, (input, { region }) => {
      const { record } = functionOf(control, region, input.FunctionName)
      checkRevision(input.RevisionId, record.latest.revisionId)
      const next = update(record, changeSettings(record.latest.settings, input))
      return showVersion(accountId, next, next.latest)
    }),
    UpdateFunctionCode: operation<sdk.UpdateFunctionCodeCommandInput, sdk.UpdateFunctionCodeCommandOutput>(
      sdk.UpdateFunctionCode$,
      true,
      (input, { region }) => {
        const { record } = functionOf(control, region, input.FunctionName)
        checkRevision(input.RevisionId, record.latest.revisionId)
        const settings = changeCode(record.latest.settings, input)
        if (input.DryRun) return showVersion(accountId, record, { ...record.latest, settings })
        const next = update(record, settings)
        return input.Publish ? publish(control, next, {}) : showVersion(accountId, next, next.latest)
      },
    ),
    GetFunction: operation<sdk.GetFunctionCommandInput, sdk.GetFunctionCommandOutput>(
      sdk.GetFunction$,
      false,
      (input, { region }) => ({
        Configuration: showAsked(input, region),
        Code: { RepositoryType: 'S3' },
      }),
    ),
    GetFunctionConfiguration: operation<
      sdk.GetFunctionConfigurationCommandInput,
      sdk.GetFunctionConfigurationCommandOutput
    >(sdk.GetFunctionConfiguration$, false, (input, { region }) => showAsked(input, region)),
    ListFunctions: operation<sdk.ListFunctionsCommandInput, sdk.ListFunctionsCommandOutput>(
      sdk.ListFunctions$,
      false,
      (input, { region }) => {
        const all = store.all(region).flatMap((record): { record: FunctionRecord; version: VersionRecord }[] => {
          const versions = input.FunctionVersion === 'ALL' ? [record.latest, ...record.published] : [record.latest]
          return versions.map((version) => ({ record, version }))
        })
        const page = toPage(all, ({ record, version }) => `${record.name}:${version.version}`, input)
        return {
          Functions: page.items.map(({ record, version }) =>
            showVersion(accountId, record, version, input.FunctionVersion === 'ALL' ? version.version : undefined),
          ),
          ...(page.nextMarker && { NextMarker: page.nextMarker }),
        }
      },
    ),
    DeleteFunction: operation<sdk.DeleteFunctionCommandInput, sdk.DeleteFunctionCommandOutput>(
      sdk.DeleteFunction$,
      true,
      (input, { region }) => {
        const { record, address } = functionOf(control, region, input.FunctionName)
        const qualifier = input.Qualifier ?? address.qualifier
        if (qualifier === undefined) store.remove(record)
        else store.put(withoutVersion(control, record, qualifier))
        return { StatusCode: 204 }
      },
    ),
  }

  function showAsked(input: sdk.GetFunctionConfigurationRequest, region: string): sdk.FunctionConfiguration {
    const { record, address } = functionOf(control, region, input.FunctionName)
    const qualifier = input.Qualifier ?? address.qualifier
    return showVersion(accountId, record, getVersion(store, record, qualifier), qualifier)
  }
}

/** @throws {AwsError} For `$LATEST`, an alias, and a version that an alias points to. */
function withoutVersion({ store }: ControlPlane, record: FunctionRecord, qualifier: string): FunctionRecord {
  if (qualifier === '$LATEST') {
    refuse('InvalidParameterValueException', '$LATEST version cannot be deleted without deleting the function.')
  }
  if (findAlias(record, qualifier)) {
    refuse('InvalidParameterValueException', 'Deletion of aliases is not currently supported.')
  }
  const users = record.aliases.filter(
    ({ version, additional }) => version === qualifier || additional?.version === qualifier,
  )
  if (users.length > 0) {
    const arns = users.map(({ name }) => functionArn({ ...record, accountId: store.accountId, qualifier: name }))
    refuse(
      'ResourceConflictException',
      `Unable to delete version because the following aliases reference it: [${arns.join(', ')}]`,
    )
  }
  // One that is not there is already deleted.
  return { ...record, published: record.published.filter(({ version }) => version !== qualifier) }
}
