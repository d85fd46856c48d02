import type { ErrorCode } from '@aws-sdk/client-codedeploy'

/** Why a deployment cannot go on. Its code and message become the deployment's `errorInformation`. */
export class DeploymentFailure extends Error {
  override readonly name = 'DeploymentFailure'
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message)
  }
}
