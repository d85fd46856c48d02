import { type LambdaAppSpec, readAppSpec } from '../app-spec.ts'
import type { CodeDeployRevision } from '../codedeploy-revision.ts'
import type { Finding } from '../deployment.ts'
import type { AliasFacts } from '../route-facts.ts'
import type { LambdaAliasRoute } from '../service.ts'
import { anError, type PreflightFacts } from './facts.ts'

/** The alias that a revision shifts, the version that serves in blue, the new one in green; null where it is not for Lambda. */
export function aliasOf(revision: CodeDeployRevision | null): LambdaAliasRoute | null {
  const fields = lambdaFields(revision)
  if (fields === null) return null
  const { functionName, alias, currentVersion: blue, targetVersion: green } = fields
  return { kind: 'lambda-alias', functionName, alias, blue, green, wave: 1 }
}

function lambdaFields(revision: CodeDeployRevision | null): LambdaAppSpec | null {
  if (revision?.type !== 'app-spec') return null
  const fields = readAppSpec(revision.appSpec)
  return fields.platform === 'Lambda' ? fields : null
}

/** What CodeDeploy would find wrong with an AppSpec for Lambda only after it has begun. */
export function appSpecFindings({ driven }: PreflightFacts): Finding[] {
  const fields = lambdaFields(driven?.revision ?? null)
  const seen = driven?.alias ?? null
  if (fields === null || seen === null) return []
  return [...servedVersion(fields, seen), ...targetVersion(fields, seen)]
}

function servedVersion({ functionName, alias, currentVersion }: LambdaAppSpec, seen: AliasFacts): Finding[] {
  if (seen.notLookedAt.length > 0) return []
  const id = 'appspec-current-version'
  const named = `alias "${alias}" of ${functionName}`
  if (seen.alias === null) return [anError(id, 'The alias is not there', `there is no ${named}; create it first`)]
  const { version, additional } = seen.alias
  if (additional !== null) {
    const share = Number((additional.weight * 100).toFixed(1))
    const detail = `${named} sends ${share} % to version ${additional.version} besides ${version}; put it on one version first`
    return [anError(id, 'The alias is divided already', detail)]
  }
  if (version === currentVersion) return []
  const detail = `${named} serves version ${version}, the AppSpec says ${currentVersion}: name the version that it serves`
  return [anError(id, 'The alias serves another version', detail)]
}

function targetVersion({ functionName, targetVersion }: LambdaAppSpec, { published }: AliasFacts): Finding[] {
  if (published.green !== false) return []
  const detail = `${functionName} has no published version ${targetVersion}; publish it first`
  return [anError('appspec-target-version', 'The new version is not published', detail)]
}
