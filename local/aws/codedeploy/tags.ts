import type { Tag } from '@aws-sdk/client-codedeploy'
import { refuse } from './check.ts'

const MOST_TAGS = 50

/**
 * Adds tags to those that a resource has; a key that is there gets the new value.
 *
 * @throws {AwsError} `InvalidTagsToAddException` for a key that is missing, too long or AWS's own, for a value over 256
 *   characters, for one key twice, and above 50 tags.
 */
export function addTags(present: readonly Tag[], added: readonly Tag[]): Tag[] {
  const invalid = (message: string) => refuse('InvalidTagsToAddException', message)
  for (const { Key: key = '', Value: value = '' } of added) {
    if (key === '' || key.length > 128) invalid('The key of a tag has 1 to 128 characters')
    if (key.startsWith('aws:')) invalid(`The key '${key}' begins with aws:, which is reserved`)
    if (value.length > 256) invalid('The value of a tag has at most 256 characters')
  }
  if (new Set(added.map(({ Key }) => Key)).size < added.length) invalid('A tag is given more than once')
  const kept = present.filter(({ Key }) => !added.some((tag) => tag.Key === Key))
  const all = [...kept, ...added.map(({ Key, Value = '' }) => ({ Key, Value }))]
  if (all.length > MOST_TAGS) invalid(`A resource can have at most ${MOST_TAGS} tags`)
  return all
}
