import type { Deps } from '../deps.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { FreezeWindow } from '../domain/freeze.ts'
import { blocksOf, isFreezeOverridden, isStopOverridden, type RaiseBlock } from '../domain/raise-block.ts'
import { openWindows } from './freeze-calendar.ts'

type BlockDeps = Pick<Deps, 'line' | 'clock'>

/**
 * What refuses a start now: a stopped line, an open freeze window.
 *
 * @throws {TransientError} If it cannot be told whether the line is stopped: nobody may take that for "it runs".
 */
export async function findBlocks(deps: BlockDeps, freeze: readonly FreezeWindow[]): Promise<readonly RaiseBlock[]> {
  return blocksOf(await deps.line.read(), openWindows(freeze, deps.clock.now()))
}

/**
 * What keeps this deployment's raises waiting now, but for what was overridden when it was started; null: nothing.
 *
 * @throws {TransientError} As {@link findBlocks}.
 */
export async function findRaiseBlock(deps: BlockDeps, deployment: Deployment): Promise<RaiseBlock | null> {
  const stop = await deps.line.read()
  const standing = stop && !isStopOverridden(stop, deployment) ? stop : null
  const freeze = isFreezeOverridden(deployment) ? [] : (deployment.settings.freeze ?? [])
  return blocksOf(standing, openWindows(freeze, deps.clock.now()))[0] ?? null
}
