import { createHash } from 'node:crypto'
import type { BundleType, RevisionLocation } from '@aws-sdk/client-codedeploy'
import { parse } from 'yaml'
import type { AppSpec, CodeDeployRevision } from '../../domain/codedeploy-revision.ts'

/** A revision as `CreateDeployment` takes it. */
export function toRevisionLocation(revision: CodeDeployRevision): RevisionLocation {
  switch (revision.type) {
    case 'app-spec': {
      const content = JSON.stringify(revision.appSpec)
      const sha256 = createHash('sha256').update(content).digest('hex')
      return { revisionType: 'AppSpecContent', appSpecContent: { content, sha256 } }
    }
    case 's3': {
      const { type: _type, ...s3Location } = revision
      return { revisionType: 'S3', s3Location }
    }
    case 'github': {
      const { repository, commitId } = revision
      return { revisionType: 'GitHub', gitHubLocation: { repository, commitId } }
    }
  }
}

const bundleTypes: Readonly<Record<BundleType, true>> = { tar: true, tgz: true, zip: true, YAML: true, JSON: true }

/** A revision as CodeDeploy tells it; null where that is not enough to deploy it again. */
export function fromRevisionLocation(location: RevisionLocation | undefined): CodeDeployRevision | null {
  switch (location?.revisionType) {
    case 'AppSpecContent':
      return fromContent(location.appSpecContent?.content)
    // The older way of Lambda deployments.
    case 'String':
      return fromContent(location.string?.content)
    case 'S3':
      return fromS3(location.s3Location)
    case 'GitHub': {
      const { repository, commitId } = location.gitHubLocation ?? {}
      return repository && commitId ? { type: 'github', repository, commitId } : null
    }
    case undefined:
      return null
  }
}

function fromS3(location: RevisionLocation['s3Location']): CodeDeployRevision | null {
  const { bucket, key, bundleType, version, eTag } = location ?? {}
  if (!bucket || !key || !bundleType || !Object.hasOwn(bundleTypes, bundleType)) return null
  return { type: 's3', bucket, key, bundleType, ...(version && { version }), ...(eTag && { eTag }) }
}

/** JSON is YAML: one parser reads both, as CodeDeploy does. */
function fromContent(content: string | undefined): CodeDeployRevision | null {
  if (!content) return null
  try {
    const appSpec: unknown = parse(content)
    return isAppSpec(appSpec) ? { type: 'app-spec', appSpec } : null
  } catch {
    return null
  }
}

function isAppSpec(value: unknown): value is AppSpec {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
