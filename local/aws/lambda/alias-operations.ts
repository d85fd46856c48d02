import { randomUUID } from 'node:crypto'
import * as sdk from '@aws-sdk/client-lambda'
import { type AwsOperation, operation } from '../service.ts'
import { checkName } from './check.ts'
import { type ControlPlane, functionOf } from './control-plane.ts'
import { checkRevision, refuse } from './errors.ts'
import { functionArn } from './function-name.ts'
import { toPage } from './pages.ts'
import { showAlias } from './present.ts'
import type { AliasRecord, FunctionRecord } from './records.ts'
import { buildSplit } from './routing-config.ts'
import { findAlias } from './store.ts'

export function createAliasOperations(control: ControlPlane): Record<string, AwsOperation> {
  const { store } = control
  const { accountId } = store
  const show = (record: FunctionRecord, alias: AliasRecord) => showAlias(accountId, record, alias)

  function getAlias(record: FunctionRecord, name = ''): AliasRecord {
    const arn = functionArn({ ...record, accountId, qualifier: name })
    return findAlias(record, name) ?? refuse('ResourceNotFoundException', `Cannot find alias arn: ${arn}`)
  }

  return {
    CreateAlias: operation<sdk.CreateAliasCommandInput, sdk.CreateAliasCommandOutput>(
      sdk.CreateAlias$,
      true,
      (input, { region }) => {
        const { record } = functionOf(control, region, input.FunctionName)
        const name = checkName('name', input.Name ?? '', 128)
        if (findAlias(record, name)) {
          const arn = functionArn({ ...record, accountId, qualifier: name })
          refuse('ResourceConflictException', `Alias already exists: ${arn}`)
        }
        const split = { version: input.FunctionVersion ?? '', routing: input.RoutingConfig }
        const alias: AliasRecord = {
          ...{ name, description: input.Description ?? '', revisionId: randomUUID() },
          ...buildSplit(record, accountId, split),
        }
        store.put({ ...record, aliases: [...record.aliases, alias] })
        return show(record, alias)
      },
    ),
    GetAlias: operation<sdk.GetAliasCommandInput, sdk.GetAliasCommandOutput>(
      sdk.GetAlias$,
      false,
      (input, { region }) => {
        const { record } = functionOf(control, region, input.FunctionName)
        return show(record, getAlias(record, input.Name))
      },
    ),
    UpdateAlias: operation<sdk.UpdateAliasCommandInput, sdk.UpdateAliasCommandOutput>(
      sdk.UpdateAlias$,
      true,
      (input, { region }) => {
        const { record } = functionOf(control, region, input.FunctionName)
        const alias = updateAlias(control, record, getAlias(record, input.Name), input)
        return show(record, alias)
      },
    ),
    ListAliases: operation<sdk.ListAliasesCommandInput, sdk.ListAliasesCommandOutput>(
      sdk.ListAliases$,
      false,
      (input, { region }) => {
        const { record } = functionOf(control, region, input.FunctionName)
        const { FunctionVersion: of } = input
        const asked = record.aliases.filter(
          ({ version, additional }) => of === undefined || version === of || additional?.version === of,
        )
        const page = toPage(asked, ({ name }) => name, input)
        return {
          Aliases: page.items.map((alias) => show(record, alias)),
          ...(page.nextMarker && { NextMarker: page.nextMarker }),
        }
      },
    ),
    DeleteAlias: operation<sdk.DeleteAliasCommandInput, object>(sdk.DeleteAlias$, true, (input, { region }) => {
      const { record } = functionOf(control, region, input.FunctionName)
      // One that is not there is already deleted, as AWS sees it.
      store.put({ ...record, aliases: record.aliases.filter(({ name }) => name !== input.Name) })
      return {}
    }),
  }
}

/**
 * Changes what is given of an alias; the rest stays. `RevisionId` is the lock: every change gives a new one.
 *
 * @throws {AwsError} `PreconditionFailedException` when the alias has changed since, and as `buildSplit` does.
 */
export function updateAlias(
  { store }: Pick<ControlPlane, 'store'>,
  record: FunctionRecord,
  current: AliasRecord,
  input: Omit<sdk.UpdateAliasRequest, 'FunctionName' | 'Name'>,
): AliasRecord {
  checkRevision(input.RevisionId, current.revisionId)
  const alias: AliasRecord = {
    name: current.name,
    description: input.Description ?? current.description,
    ...buildSplit(record, store.accountId, {
      version: input.FunctionVersion ?? current.version,
      routing: input.RoutingConfig,
      kept: current.additional,
    }),
    revisionId: randomUUID(),
  }
  store.put({ ...record, aliases: record.aliases.map((known) => (known === current ? alias : known)) })
  return alias
}
