import { buildAppSpec } from '../../shared/domain/app-spec.ts'
import type { CodeDeployRevision } from '../../shared/domain/codedeploy-revision.ts'
import { InvariantError } from '../../shared/domain/errors.ts'
import type { CodeDeployBody } from './schemas/codedeploy.ts'

/** What CodeDeploy is to deploy: an AppSpec given whole or by its fields, or a bundle for servers. */
export function toRevision({ appSpec, ecs, lambda, s3, github }: CodeDeployBody): CodeDeployRevision {
  if (appSpec) return { type: 'app-spec', appSpec }
  if (ecs) return { type: 'app-spec', appSpec: buildAppSpec({ platform: 'ECS', ...ecs }) }
  if (lambda) return { type: 'app-spec', appSpec: buildAppSpec({ platform: 'Lambda', ...lambda }) }
  if (s3) return { type: 's3', ...s3 }
  if (github) return { type: 'github', ...github }
  throw new InvariantError('a body without a revision went past the schema that refuses it')
}
