import { checkOpenDeployments } from '../../shared/use-cases/check-open-deployments.ts'
import { lambdaHandler } from '../steps/task.ts'

export const handler = lambdaHandler((deps) => () => checkOpenDeployments(deps))
