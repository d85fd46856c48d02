/** Every shape that the API takes: one source for checking requests and for the published document. */
export { policyBody, tokenBody } from './schemas/access.ts'
export { type CommandName, commandBodies, rollbackBody, stopBody } from './schemas/command.ts'
export { serviceName } from './schemas/common.ts'
export { type DeploymentBody, deploymentBody, idempotencyKey, planBody } from './schemas/deployment.ts'
export { queries } from './schemas/query.ts'
export { serviceBody } from './schemas/service.ts'
