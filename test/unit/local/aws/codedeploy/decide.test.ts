import { describe, expect, it } from 'vitest'
import { decide } from '../../../../../local/aws/codedeploy/decide.ts'
import type { EventRecord } from '../../../../../local/aws/codedeploy/lifecycle.ts'
import type { DeploymentRecord } from '../../../../../local/aws/codedeploy/records.ts'

const event = (name: string, status: EventRecord['status']): EventRecord => ({ name, status })
const target = (...events: EventRecord[]) => ({ id: 'main:web', events, updatedAt: 0 })

function aDeployment(members: Partial<DeploymentRecord> = {}): DeploymentRecord {
  const waits = {
    deploymentReadyOption: { actionOnTimeout: 'STOP_DEPLOYMENT' as const, waitTimeInMinutes: 10 },
    terminateBlueInstancesOnDeploymentSuccess: { action: 'TERMINATE' as const, terminationWaitTimeInMinutes: 5 },
  }
  return {
    ...{ id: 'd-ABCDEFGHI', region: 'eu-west-1', applicationName: 'web', groupId: 'g', groupName: 'live' },
    ...{ platform: 'ECS', configName: 'CodeDeployDefault.ECSAllAtOnce', steps: [], creator: 'user', options: {} },
    settings: {
      ...{ serviceRoleArn: 'r', deploymentConfigName: 'c', deploymentStyle: {} },
      blueGreenDeploymentConfiguration: waits,
    },
    ...{ status: 'InProgress', createdAt: 0, percent: 0, targets: [], released: [] },
    ...members,
  }
}

const over = [target(event('AfterAllowTraffic', 'Succeeded'))]
const before = [target(event('AfterAllowTestTraffic', 'Succeeded'), event('BeforeAllowTraffic', 'Pending'))]
const ready = { status: 'Ready' as const, waitingSince: 0, targets: before }

describe('what a deployment does next', () => {
  it.each<[string, Partial<DeploymentRecord>, number, object]>([
    ['nothing once it is over', { status: 'Failed', stop: { requestedAt: 0 } }, 9_000_000, { type: 'none' }],
    ['waits while Created', { status: 'Created' }, 400, { type: 'wait', ms: 600 }],
    ['is queued', { status: 'Created' }, 1_000, { type: 'queue' }],
    ['waits while Queued', { status: 'Queued' }, 1_000, { type: 'wait', ms: 1_000 }],
    ['begins', { status: 'Queued' }, 2_000, { type: 'begin' }],
    ['waits while its stop is Pending', { stop: { requestedAt: 0 } }, 1_999, { type: 'wait', ms: 1 }],
    ['stops before anything else', { ...ready, stop: { requestedAt: 0 } }, 2_000, { type: 'stop' }],
    ['becomes Ready before production traffic moves', { targets: before }, 0, { type: 'make-ready' }],
    ['looks around while Ready', ready, 1_000, { type: 'wait', ms: 5_000 }],
    ['times out', ready, 600_000, { type: 'ready-timed-out' }],
    ['goes on when released, even late', { ...ready, released: ['READY_WAIT'] }, 600_000, { type: 'go-on' }],
    ['starts to wait for the termination', { targets: over }, 0, { type: 'await-termination' }],
    ['waits for it', { targets: over, waitingSince: 0 }, 299_000, { type: 'wait', ms: 1_000 }],
    ['succeeds after it', { targets: over, waitingSince: 0 }, 300_000, { type: 'succeed' }],
    [
      'succeeds when released',
      { targets: over, waitingSince: 0, released: ['TERMINATION_WAIT'] },
      1,
      { type: 'succeed' },
    ],
    ['never waits as a rollback', { targets: over, creator: 'codeDeployRollback' }, 0, { type: 'succeed' }],
  ])('%s', (_, members, now, expected) => {
    expect(decide(aDeployment(members), now)).toEqual(expected)
  })

  it('starts the next event once READY_WAIT is released, and works on it until it is done', () => {
    const pending = event('BeforeAllowTraffic', 'Pending')
    const started = aDeployment({ targets: [target(pending)], released: ['READY_WAIT'] })
    expect(decide(started, 0)).toEqual({ type: 'start-event', target: target(pending), event: pending })
    const running = event('AllowTraffic', 'InProgress')
    expect(decide(aDeployment({ targets: [target(running)] }), 0)).toEqual({
      ...{ type: 'work', target: target(running), event: running },
    })
  })
})
