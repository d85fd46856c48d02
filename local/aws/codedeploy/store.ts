import { randomInt } from 'node:crypto'
import { z } from 'zod'
import type { ApplicationRecord, ConfigRecord, DeploymentRecord, GroupRecord, InstanceRecord } from './records.ts'

/** All resources of one Region, in the order of their creation. */
export interface RegionStore {
  readonly applications: Map<string, ApplicationRecord>
  readonly configs: Map<string, ConfigRecord>
  /** By id: a name may change, and belongs to an application. */
  readonly groups: Map<string, GroupRecord>
  readonly deployments: Map<string, DeploymentRecord>
  readonly instances: Map<string, InstanceRecord>
}

/** Every Region has resources of its own, as on AWS: two may have applications of the same name. */
export interface Store {
  /** Makes the Region when it has nothing yet. */
  in(region: string): RegionStore
  /** Every deployment of every Region. */
  deployments(): DeploymentRecord[]
  save(): unknown
  /** @throws {Error} When `saved` is not what `save` gave. */
  load(saved: unknown): void
  clear(): void
}

const parts = ['applications', 'configs', 'groups', 'deployments', 'instances'] as const
const entries = z.array(z.tuple([z.string(), z.looseObject({})]))
/** Only the outline is checked: the file is ours, and a newer version may add members. */
const savedSchema = z.record(
  z.string(),
  z.object({ applications: entries, configs: entries, groups: entries, deployments: entries, instances: entries }),
)

export function createStore(): Store {
  const regions = new Map<string, RegionStore>()
  return {
    in(region) {
      const found = regions.get(region) ?? emptyRegion()
      regions.set(region, found)
      return found
    },
    deployments: () => [...regions.values()].flatMap(({ deployments }) => [...deployments.values()]),
    save: () =>
      Object.fromEntries(
        [...regions].map(([name, region]) => [
          name,
          Object.fromEntries(parts.map((part) => [part, [...region[part].entries()]])),
        ]),
      ),
    load(saved) {
      const parsed = savedSchema.safeParse(saved)
      if (!parsed.success) throw new Error(`the saved deployments cannot be read: ${z.prettifyError(parsed.error)}`)
      regions.clear()
      // Checked above to have our outline; the rest is as `save` wrote it.
      for (const [name, region] of Object.entries(saved as Record<string, SavedRegion>)) {
        regions.set(name, {
          applications: new Map(region.applications),
          configs: new Map(region.configs),
          groups: new Map(region.groups),
          deployments: new Map(region.deployments),
          instances: new Map(region.instances),
        })
      }
    },
    clear: () => regions.clear(),
  }
}

type SavedRegion = {
  readonly [Part in keyof RegionStore]: RegionStore[Part] extends Map<string, infer Value> ? [string, Value][] : never
}

function emptyRegion(): RegionStore {
  return {
    applications: new Map(),
    configs: new Map(),
    groups: new Map(),
    deployments: new Map(),
    instances: new Map(),
  }
}

const ID_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** `d-` and nine characters, as AWS's: `d-A7YW3F91L`. */
export function newDeploymentId(): string {
  return `d-${Array.from({ length: 9 }, () => ID_CHARACTERS[randomInt(ID_CHARACTERS.length)]).join('')}`
}
