import { z } from 'zod'
import type { ChangeRecord } from './change-log.ts'
import type { ControlPlane } from './control-plane.ts'
import type { SavedHealthChecks } from './health-checks.ts'
import { keyOf, type RecordSet } from './record-set.ts'
import type { SavedTags } from './tags.ts'
import type { Zone } from './zone.ts'

type SavedZone = Omit<Zone, 'records'> & { readonly records: readonly RecordSet[] }

/** What `saveState` wrote. Only its outline is checked: the file is ours, and a newer version may add members. */
const savedSchema = z.object({
  zones: z.array(
    z.looseObject({ id: z.string(), name: z.string(), version: z.number(), records: z.array(z.looseObject({})) }),
  ),
  changes: z.array(z.looseObject({ id: z.string(), submittedAtMs: z.number() })),
  healthChecks: z.looseObject({
    checks: z.array(z.tuple([z.looseObject({ id: z.string() }), z.looseObject({})])),
    deletedReferences: z.array(z.string()),
  }),
  tags: z.array(z.tuple([z.string(), z.array(z.looseObject({}))])),
})

interface SavedState {
  readonly zones: readonly SavedZone[]
  readonly changes: readonly ChangeRecord[]
  readonly healthChecks: SavedHealthChecks
  readonly tags: SavedTags
}

export function saveState({ zones, changes, healthChecks, tags }: ControlPlane): SavedState {
  return {
    zones: zones.list().map((zone) => ({ ...zone, records: [...zone.records.values()] })),
    changes: changes.save(),
    healthChecks: healthChecks.save(),
    tags: tags.save(),
  }
}

/** @throws {Error} When `saved` is not what `saveState` made. */
export function loadState(control: ControlPlane, saved: unknown): void {
  const parsed = savedSchema.safeParse(saved)
  if (!parsed.success) throw new Error(`the saved hosted zones cannot be read: ${z.prettifyError(parsed.error)}`)
  // Checked above to have our outline; the rest is as `saveState` wrote it.
  const state = saved as SavedState
  clearState(control)
  for (const zone of state.zones) {
    const records = new Map(zone.records.map((record) => [keyOf(record), record]))
    control.zones.put({ ...zone, comment: zone.comment, vpcs: zone.vpcs, records })
  }
  control.changes.load(state.changes)
  control.tags.load(state.tags)
  // Last: their checks start at once and may resolve names in the zones.
  control.healthChecks.load(state.healthChecks)
}

export function clearState({ zones, changes, healthChecks, tags }: ControlPlane): void {
  healthChecks.clear()
  zones.clear()
  changes.load([])
  tags.load([])
}
