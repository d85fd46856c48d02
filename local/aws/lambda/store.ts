import { z } from 'zod'
import type { Persistent } from '../service.ts'
import { refuse } from './errors.ts'
import { type FunctionAddress, functionArn } from './function-name.ts'
import type { AliasRecord, FunctionRecord, VersionRecord } from './records.ts'

/** Every function of every Region, in the order of creation. Records are replaced, never changed. */
export interface FunctionStore {
  readonly accountId: string
  readonly state: Persistent
  all(region: string): readonly FunctionRecord[]
  find(region: string, name: string): FunctionRecord | undefined
  put(record: FunctionRecord): void
  remove(record: FunctionRecord): void
}

/** What `save` wrote. Only its outline is checked: the file is ours, and a newer version may add members. */
const savedSchema = z.object({
  functions: z.array(z.looseObject({ region: z.string(), name: z.string(), latest: z.looseObject({}) })),
})

export function createFunctionStore(accountId: string): FunctionStore {
  const functions = new Map<string, FunctionRecord>()
  const keyOf = ({ region, name }: { readonly region: string; readonly name: string }) => `${region} ${name}`
  return {
    accountId,
    state: {
      name: 'lambda',
      save: () => ({ functions: [...functions.values()] }),
      load(saved) {
        const parsed = savedSchema.safeParse(saved)
        if (!parsed.success) throw new Error(`the saved functions cannot be read: ${z.prettifyError(parsed.error)}`)
        functions.clear()
        // Checked above to have our outline; the rest is as `save` wrote it.
        const state = saved as { readonly functions: readonly FunctionRecord[] }
        for (const record of state.functions) functions.set(keyOf(record), record)
      },
      reset: () => functions.clear(),
    },
    all: (region) => [...functions.values()].filter((record) => record.region === region),
    find: (region, name) => functions.get(keyOf({ region, name })),
    put: (record) => void functions.set(keyOf(record), record),
    remove: (record) => void functions.delete(keyOf(record)),
  }
}

/** @throws {AwsError} `ResourceNotFoundException` */
export function getFunction(store: FunctionStore, region: string, address: FunctionAddress): FunctionRecord {
  const arn = functionArn({ ...address, region, accountId: store.accountId })
  if (address.region !== undefined && address.region !== region) {
    return refuse('ResourceNotFoundException', `Functions from '${address.region}' are not reachable in this region`)
  }
  return store.find(region, address.name) ?? refuse('ResourceNotFoundException', `Function not found: ${arn}`)
}

export function findVersion(record: FunctionRecord, version: string): VersionRecord | undefined {
  return version === '$LATEST' ? record.latest : record.published.find((candidate) => candidate.version === version)
}

export function findAlias(record: FunctionRecord, name: string): AliasRecord | undefined {
  return record.aliases.find((alias) => alias.name === name)
}

/**
 * The version that a qualifier names: its own, or the one that an alias gives the most part to.
 *
 * @throws {AwsError} `ResourceNotFoundException`
 */
export function getVersion(store: FunctionStore, record: FunctionRecord, qualifier = '$LATEST'): VersionRecord {
  const arn = functionArn({ ...record, qualifier, accountId: store.accountId })
  return (
    findVersion(record, findAlias(record, qualifier)?.version ?? qualifier) ??
    refuse('ResourceNotFoundException', `Function not found: ${arn}`)
  )
}
