import { randomUUID } from 'node:crypto'
import type { LocalClock } from '../../clock.ts'
import { type FunctionAddress, parseFunctionName } from './function-name.ts'
import type { FunctionRecord, FunctionSettings, VersionRecord } from './records.ts'
import { type FunctionStore, getFunction } from './store.ts'

/** What every operation works with. None waits for anything, so no two changes ever meet. */
export interface ControlPlane {
  readonly store: FunctionStore
  readonly clock: LocalClock
  /** Names of functions that are there already and are not the caller's: those of the cloud itself. */
  readonly isTaken: (name: string) => boolean
}

/** The function that a call names, with the qualifier that its name may have. @throws {AwsError} `ResourceNotFoundException` */
export function functionOf(
  { store }: ControlPlane,
  region: string,
  name: string | undefined,
): { readonly record: FunctionRecord; readonly address: FunctionAddress } {
  const address = parseFunctionName(name ?? '')
  return { record: getFunction(store, region, address), address }
}

/** A version as it is from now on. */
export function asOfNow({ clock }: ControlPlane, version: string, settings: FunctionSettings): VersionRecord {
  return { version, settings, modifiedAt: new Date(clock.now()).toISOString(), revisionId: randomUUID() }
}
