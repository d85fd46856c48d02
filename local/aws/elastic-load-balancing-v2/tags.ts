import * as sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { type AwsOperation, operation } from '../service.ts'
import type { ControlPlane } from './control-plane.ts'
import { getListener, getLoadBalancer, getRule, getTargetGroup, refuse } from './lookup.ts'
import type { Store } from './records.ts'

export function createTagOperations({ store }: ControlPlane): Record<string, AwsOperation> {
  return {
    AddTags: operation<sdk.AddTagsCommandInput, sdk.AddTagsCommandOutput>(sdk.AddTags$, true, (input) => {
      const added = checkTags(input.Tags)
      const next = checkArns(store, input.ResourceArns).map((arn): [string, sdk.Tag[]] => {
        const kept = (store.tags.get(arn) ?? []).filter(({ Key }) => !added.some((tag) => tag.Key === Key))
        return [arn, checkCount([...kept, ...added])]
      })
      for (const [arn, tags] of next) store.tags.set(arn, tags)
      return {}
    }),
    RemoveTags: operation<sdk.RemoveTagsCommandInput, sdk.RemoveTagsCommandOutput>(sdk.RemoveTags$, true, (input) => {
      for (const arn of checkArns(store, input.ResourceArns)) {
        store.tags.set(
          arn,
          (store.tags.get(arn) ?? []).filter(({ Key }) => !input.TagKeys?.includes(Key ?? '')),
        )
      }
      return {}
    }),
    DescribeTags: operation<sdk.DescribeTagsCommandInput, sdk.DescribeTagsCommandOutput>(
      sdk.DescribeTags$,
      false,
      (input) => ({
        TagDescriptions: checkArns(store, input.ResourceArns).map((arn) => ({
          ResourceArn: arn,
          Tags: [...(store.tags.get(arn) ?? [])],
        })),
      }),
    ),
  }
}

/** Tags of a new resource. @throws {AwsError} `DuplicateTagKeys`, `TooManyTags`, `ValidationError` */
export function checkTags(tags: readonly sdk.Tag[] | undefined): sdk.Tag[] {
  const keys = (tags ?? []).map(({ Key = '' }) => Key)
  if (new Set(keys).size < keys.length) refuse('DuplicateTagKeys', 'A tag key was specified more than once')
  for (const { Key = '', Value = '' } of tags ?? []) {
    if (Key.length < 1 || Key.length > 128)
      refuse('ValidationError', `The tag key '${Key}' must have 1 to 128 characters`)
    if (/^aws:/i.test(Key)) refuse('ValidationError', `The tag key '${Key}' must not start with 'aws:'`)
    if (Value.length > 256) refuse('ValidationError', `The value of tag '${Key}' can be at most 256 characters`)
  }
  return checkCount([...(tags ?? [])])
}

function checkCount(tags: sdk.Tag[]): sdk.Tag[] {
  return tags.length > 50 ? refuse('TooManyTags', 'A resource can have at most 50 tags') : tags
}

function checkArns(store: Store, arns: readonly string[] | undefined): string[] {
  if (!arns?.length || arns.length > 20) return refuse('ValidationError', '1 to 20 resource ARNs must be specified')
  for (const arn of arns) checkResource(store, arn)
  return [...arns]
}

function checkResource(store: Store, arn: string): unknown {
  const [kind] = arn.slice(arn.lastIndexOf(':') + 1).split('/')
  switch (kind) {
    case 'loadbalancer':
      return getLoadBalancer(store, arn)
    case 'listener':
      return getListener(store, arn)
    case 'listener-rule':
      return getRule(store, arn)
    case 'targetgroup':
      return getTargetGroup(store, arn)
    default:
      return refuse('ValidationError', `'${arn}' is not a valid ARN of a load balancer, listener, rule or target group`)
  }
}
