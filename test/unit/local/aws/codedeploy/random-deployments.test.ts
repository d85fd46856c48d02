import type { DeploymentInfo } from '@aws-sdk/client-codedeploy'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  aCodeDeploy,
  anEcsStack,
  type CodeDeployRig,
  type EcsStack,
  ecsGroup,
  ecsRevision,
  info,
  rollBackAlways,
} from '../../../../support/codedeploy.ts'

const names = { applicationName: 'web', deploymentGroupName: 'live' }
// Short ones meet a rollback under way, long ones the end of a wait.
const seconds = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 400 }))
const act = fc.oneof(
  fc.record({ type: fc.constant('advance' as const), seconds }),
  fc.record({ type: fc.constantFrom('create' as const, 'restart' as const, 'stale-restart' as const) }),
  fc.record({ type: fc.constant('stop' as const), autoRollbackEnabled: fc.option(fc.boolean(), { nil: undefined }) }),
  fc.record({ type: fc.constantFrom('ready' as const, 'terminate' as const) }),
  fc.record({ type: fc.constant('alarm' as const), state: fc.constantFrom('OK' as const, 'ALARM' as const) }),
  fc.record({ type: fc.constant('health' as const), isHealthy: fc.boolean() }),
)
type Act = typeof act extends fc.Arbitrary<infer One> ? One : never

async function aWorld(): Promise<{ rig: CodeDeployRig; stack: EcsStack }> {
  const rig = aCodeDeploy()
  const stack = await anEcsStack(rig)
  await rig.setAlarm('errors', 'OK')
  await rig.call('CreateApplication', { applicationName: 'web', computePlatform: 'ECS' })
  const group = ecsGroup(stack, {
    deploymentConfigName: 'CodeDeployDefault.ECSLinear10PercentEvery1Minutes',
    alarmConfiguration: { enabled: true, alarms: [{ name: 'errors' }] },
    autoRollbackConfiguration: rollBackAlways,
    blueGreenDeploymentConfiguration: {
      deploymentReadyOption: { actionOnTimeout: 'STOP_DEPLOYMENT', waitTimeInMinutes: 5 },
      terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE', terminationWaitTimeInMinutes: 5 },
    },
  })
  await rig.call('CreateDeploymentGroup', group)
  return { rig, stack }
}

async function perform(one: Act, { rig, stack }: { rig: CodeDeployRig; stack: EcsStack }, saved: unknown) {
  const [deploymentId] = (await rig.call('ListDeployments', names)).deployments ?? []
  switch (one.type) {
    case 'advance':
      return rig.clock.advance(one.seconds * 1000)
    case 'create':
      return rig.call('CreateDeployment', { ...names, revision: ecsRevision() })
    case 'restart':
      return rig.restart(rig.save())
    case 'stale-restart':
      return rig.restart(saved)
    case 'stop': {
      const { autoRollbackEnabled } = one
      return rig.call('StopDeployment', {
        deploymentId,
        ...(autoRollbackEnabled !== undefined && { autoRollbackEnabled }),
      })
    }
    case 'ready':
    case 'terminate': {
      const deploymentWaitType = one.type === 'ready' ? 'READY_WAIT' : 'TERMINATION_WAIT'
      return rig.call('ContinueDeployment', { deploymentId, deploymentWaitType })
    }
    case 'alarm':
      return rig.setAlarm('errors', one.state)
    case 'health':
      return void (one.isHealthy
        ? rig.unhealthy.clear()
        : [stack.blue, stack.green].map((arn) => rig.unhealthy.add(arn)))
  }
}

async function everything(rig: CodeDeployRig): Promise<DeploymentInfo[]> {
  const { deployments = [] } = await rig.call('ListDeployments', {})
  return Promise.all(deployments.map((id) => info(rig, id)))
}

const isOver = ({ status }: DeploymentInfo) => ['Succeeded', 'Failed', 'Stopped'].includes(String(status))

it('whatever happens, every deployment ends, one at a time, its rollback linked both ways, traffic where it says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 14 }), async (acts) => {
      const world = await aWorld()
      const { rig, stack } = world
      let saved = rig.save()
      for (const one of [{ type: 'create' } as const, ...acts]) {
        // What AWS refuses at this moment changes nothing.
        await perform(one, world, saved).catch((error: unknown) => expect(error).toMatchObject({ name: 'AwsError' }))
        // The disk may be behind by what happened since the last call.
        if (one.type !== 'advance') saved = rig.save()
        expect((await everything(rig)).filter((deployment) => !isOver(deployment)).length).toBeLessThanOrEqual(1)
      }
      rig.unhealthy.clear()
      await rig.clock.advance(3_600_000)
      const all = await everything(rig)
      expect(all.filter((deployment) => !isOver(deployment))).toEqual([])
      for (const { deploymentId, rollbackInfo } of all) {
        const other = rollbackInfo?.rollbackDeploymentId ?? rollbackInfo?.rollbackTriggeringDeploymentId
        if (other === undefined) continue
        const { rollbackInfo: back } = await info(rig, other)
        expect([back?.rollbackDeploymentId, back?.rollbackTriggeringDeploymentId]).toContain(deploymentId)
      }
      if (all[0]?.status === 'Succeeded') expect(['0/100', '100/0']).toContain(await stack.weights())
      expect(rig.errors).toEqual([])
    }),
    { numRuns: 100 },
  )
}, 60_000)
