import * as sdk from '@aws-sdk/client-codedeploy'
import { type AwsOperation, operation } from '../service.ts'
import { refuse } from './check.ts'
import type { Control } from './control.ts'
import { getApplication, getGroup } from './lookup.ts'
import type { RegionStore } from './store.ts'
import { addTags } from './tags.ts'

export function createTagOperations({ store }: Control): Record<string, AwsOperation> {
  return {
    TagResource: operation<sdk.TagResourceCommandInput, sdk.TagResourceCommandOutput>(
      sdk.TagResource$,
      true,
      ({ ResourceArn, Tags = [] }, { region }) => {
        if (Tags.length === 0) refuse('TagRequiredException', 'A tag must be given')
        const resource = findTagged(store.in(region), ResourceArn)
        resource.change(addTags(resource.tags, Tags))
        return {}
      },
    ),
    UntagResource: operation<sdk.UntagResourceCommandInput, sdk.UntagResourceCommandOutput>(
      sdk.UntagResource$,
      true,
      ({ ResourceArn, TagKeys = [] }, { region }) => {
        if (TagKeys.length === 0) refuse('TagRequiredException', 'The key of a tag must be given')
        const resource = findTagged(store.in(region), ResourceArn)
        resource.change(resource.tags.filter(({ Key = '' }) => !TagKeys.includes(Key)))
        return {}
      },
    ),
    ListTagsForResource: operation<sdk.ListTagsForResourceCommandInput, sdk.ListTagsForResourceCommandOutput>(
      sdk.ListTagsForResource$,
      false,
      ({ ResourceArn }, { region }) => ({ Tags: [...findTagged(store.in(region), ResourceArn).tags] }),
    ),
  }
}

interface Tagged {
  readonly tags: readonly sdk.Tag[]
  change(tags: readonly sdk.Tag[]): void
}

/**
 * The application or deployment group of an ARN. Configurations have no tags.
 *
 * @throws {AwsError} `ResourceArnRequiredException`, `InvalidArnException`, `ArnNotSupportedException`,
 *   `ApplicationDoesNotExistException`, `DeploymentGroupDoesNotExistException`
 */
function findTagged(store: RegionStore, arn: string | undefined): Tagged {
  if (!arn) return refuse('ResourceArnRequiredException', 'The ARN of a resource is missing')
  const [, kind, name = ''] = /^arn:aws[\w-]*:codedeploy:[a-z0-9-]+:\d{12}:([a-z]+):(.+)$/.exec(arn) ?? []
  switch (kind) {
    case 'application': {
      const application = getApplication(store, name)
      const { tags = [] } = application
      return { tags, change: (next) => void store.applications.set(name, { ...application, tags: next }) }
    }
    case 'deploymentgroup': {
      const [applicationName, groupName] = name.split('/')
      const group = getGroup(store, applicationName, groupName)
      return { tags: group.tags ?? [], change: (next) => void store.groups.set(group.id, { ...group, tags: next }) }
    }
    case undefined:
      return refuse('InvalidArnException', `${arn} is no ARN of CodeDeploy`)
    default:
      return refuse('ArnNotSupportedException', `${arn} names nothing that can have tags`)
  }
}
