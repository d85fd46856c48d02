import * as sdk from '@aws-sdk/client-route-53'
import { type AwsOperation, operation } from '../service.ts'
import type { ControlPlane } from './control-plane.ts'
import { refuse, refuseValue } from './errors.ts'
import { bareId } from './resource-id.ts'

/** What can have tags. */
export type TaggedType = 'hostedzone' | 'healthcheck'

export interface TagStore {
  of(type: TaggedType, id: string): readonly sdk.Tag[]
  put(type: TaggedType, id: string, tags: readonly sdk.Tag[]): void
  /** The resource is gone. */
  forget(type: TaggedType, id: string): void
  save(): SavedTags
  load(saved: SavedTags): void
}

/** Plain JSON: [`hostedzone/Z…`, its tags]. */
export type SavedTags = readonly (readonly [string, readonly sdk.Tag[]])[]

/** @see Amazon Route 53 Developer Guide, tagging: the most that AWS takes for one resource */
const mostTags = 50

export function createTagStore(): TagStore {
  const tags = new Map<string, readonly sdk.Tag[]>()
  return {
    of: (type, id) => tags.get(`${type}/${id}`) ?? [],
    put: (type, id, all) => void tags.set(`${type}/${id}`, all),
    forget: (type, id) => void tags.delete(`${type}/${id}`),
    save: () => [...tags],
    load(saved) {
      tags.clear()
      for (const [key, all] of saved) tags.set(key, all)
    },
  }
}

export function createTagOperations(control: ControlPlane): Record<string, AwsOperation> {
  const { tags } = control
  const show = (resource: { readonly type: TaggedType; readonly id: string }): sdk.ResourceTagSet => {
    return { ResourceType: resource.type, ResourceId: resource.id, Tags: [...tags.of(resource.type, resource.id)] }
  }
  return {
    ChangeTagsForResource: operation<sdk.ChangeTagsForResourceCommandInput, sdk.ChangeTagsForResourceCommandOutput>(
      sdk.ChangeTagsForResource$,
      true,
      ({ ResourceType, ResourceId, AddTags = [], RemoveTagKeys = [] }) => {
        const { type, id } = findResource(control, ResourceType, ResourceId)
        if (AddTags.length + RemoveTagKeys.length === 0)
          refuseValue('addTags', undefined, 'AddTags or RemoveTagKeys must have members')
        const gone = new Set([...RemoveTagKeys, ...AddTags.map(({ Key = '' }) => Key)])
        const all = [...tags.of(type, id).filter(({ Key = '' }) => !gone.has(Key)), ...AddTags]
        if (all.length > mostTags) refuse('InvalidInput', `A resource can have at most ${mostTags} tags`)
        tags.put(type, id, all)
        return {}
      },
    ),
    ListTagsForResource: operation<sdk.ListTagsForResourceCommandInput, sdk.ListTagsForResourceCommandOutput>(
      sdk.ListTagsForResource$,
      false,
      ({ ResourceType, ResourceId }) => ({
        ResourceTagSet: show(findResource(control, ResourceType, ResourceId)),
      }),
    ),
    ListTagsForResources: operation<sdk.ListTagsForResourcesCommandInput, sdk.ListTagsForResourcesCommandOutput>(
      sdk.ListTagsForResources$,
      false,
      ({ ResourceType, ResourceIds = [] }) => ({
        ResourceTagSets: ResourceIds.map((id) => show(findResource(control, ResourceType, id))),
      }),
    ),
  }
}

/** @throws {AwsError} `InvalidInput` for another type; as the API says of a zone or health check that is not there. */
function findResource({ zones, healthChecks }: ControlPlane, type: string | undefined, id = '') {
  if (type === 'hostedzone') return { type, id: zones.get(id).id } as const
  if (type === 'healthcheck') return { type, id: healthChecks.get(bareId(id)).id } as const
  return refuseValue('resourceType', type, 'Member must satisfy enum value set: [healthcheck, hostedzone]')
}
