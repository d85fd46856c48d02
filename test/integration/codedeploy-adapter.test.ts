import { createCodeDeployDriver } from '../../shared/adapters/codedeploy/deployment-driver.ts'
import { describeDeploymentDriver } from '../contract/deployment-driver.ts'
import { aDrivenRoute, anAppSpec, startDrivenStack } from '../support/driven-stack.ts'

describeDeploymentDriver('CodeDeploy', async (waits) => {
  const { rig, clients, greenShare } = await startDrivenStack(waits)
  return {
    driverFor: (route) => createCodeDeployDriver(clients, route),
    route: aDrivenRoute(),
    missing: aDrivenRoute({ deploymentGroupName: 'gone' }),
    revision: anAppSpec,
    now: rig.clock.now,
    pass: (minutes) => rig.clock.advance(minutes * 60_000),
    greenShare,
  }
})
