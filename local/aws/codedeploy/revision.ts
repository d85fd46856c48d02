import { createHash } from 'node:crypto'
import type { ComputePlatform, RevisionLocation } from '@aws-sdk/client-codedeploy'
import { checkOneOf, refuse } from './check.ts'
import { DeploymentFailure } from './failure.ts'

const INVALID = 'InvalidRevisionException'

const typesOf = {
  ECS: ['AppSpecContent', 'S3'],
  Lambda: ['AppSpecContent', 'String', 'S3'],
  Server: ['S3', 'GitHub'],
} as const

/**
 * Checks where a revision is, not what is in it: that is read when the deployment has begun.
 *
 * @throws {AwsError} `RevisionRequiredException`; `InvalidRevisionException` for a type that the platform does not take,
 *   a location of another type or with members missing, a SHA-256 that does not fit.
 */
export function checkRevision(platform: ComputePlatform, revision: RevisionLocation | undefined): RevisionLocation {
  if (!revision) return refuse('RevisionRequiredException', 'RevisionLocation must be specified')
  const type = checkOneOf<string>(INVALID, `revisionType for ${platform}`, revision.revisionType, typesOf[platform])
  switch (type) {
    case 'AppSpecContent':
      checkContent(revision.appSpecContent)
      break
    case 'String':
      checkContent(revision.string)
      break
    case 'S3':
      if (!revision.s3Location?.bucket || !revision.s3Location.key) refuse(INVALID, 'S3 needs a bucket and a key')
      break
    case 'GitHub':
      if (!revision.gitHubLocation?.repository || !revision.gitHubLocation.commitId) {
        refuse(INVALID, 'GitHub needs a repository and a commitId')
      }
      break
  }
  return revision
}

function checkContent(given: { readonly content?: string | undefined; readonly sha256?: string | undefined } = {}) {
  if (!given.content) refuse(INVALID, 'The content of the AppSpec must be specified')
  const sha256 = createHash('sha256')
    .update(given.content ?? '')
    .digest('hex')
  if (given.sha256 && given.sha256.toLowerCase() !== sha256) {
    refuse(INVALID, `sha256 is not that of the content, which is ${sha256}`)
  }
}

/**
 * The AppSpec of a revision.
 * @throws {DeploymentFailure} `REVISION_MISSING` when it is in S3, which is not here.
 */
export function contentOf(revision: RevisionLocation | undefined): string {
  const content = revision?.appSpecContent?.content ?? revision?.string?.content
  if (content !== undefined) return content
  const { bucket = '', key = '' } = revision?.s3Location ?? {}
  throw new DeploymentFailure(
    'REVISION_MISSING',
    `The revision s3://${bucket}/${key} cannot be read: the local endpoint has no S3; give the AppSpec as AppSpecContent`,
  )
}
