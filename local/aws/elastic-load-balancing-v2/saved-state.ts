import { z } from 'zod'
import type { Store } from './records.ts'

const byArn = z.array(z.looseObject({ arn: z.string() }))

/** What `saveStore` wrote. Only its outline is checked: the file is ours, and a newer version may add members. */
const savedSchema = z.object({
  loadBalancers: byArn,
  listeners: byArn,
  rules: byArn,
  targetGroups: byArn,
  tags: z.array(z.tuple([z.string(), z.array(z.looseObject({}))])),
})

export function saveStore(store: Store): unknown {
  return {
    loadBalancers: [...store.loadBalancers.values()],
    listeners: [...store.listeners.values()],
    rules: [...store.rules.values()],
    targetGroups: [...store.targetGroups.values()],
    tags: [...store.tags],
  }
}

/** @throws {Error} When `saved` is not what `saveStore` made. */
export function loadStore(store: Store, saved: unknown): void {
  clearStore(store)
  const parsed = savedSchema.safeParse(saved)
  if (!parsed.success) {
    throw new Error(`the saved load balancers cannot be read: ${z.prettifyError(parsed.error)}`)
  }
  // Checked above to have our outline; the rest is as `saveStore` wrote it.
  const state = saved as { readonly [Part in Exclude<keyof Store, 'tags'>]: readonly RecordOf<Part>[] } & {
    readonly tags: readonly (readonly [string, RecordOf<'tags'>])[]
  }
  for (const record of state.loadBalancers) store.loadBalancers.set(record.arn, record)
  for (const record of state.listeners) store.listeners.set(record.arn, record)
  for (const record of state.rules) store.rules.set(record.arn, record)
  for (const record of state.targetGroups) store.targetGroups.set(record.arn, record)
  for (const [arn, tags] of state.tags) store.tags.set(arn, tags)
}

type RecordOf<Part extends keyof Store> = Store[Part] extends Map<string, infer Value> ? Value : never

export function clearStore(store: Store): void {
  for (const part of Object.values(store)) part.clear()
}
