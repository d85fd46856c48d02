import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newAnswers } from '../support/clients.ts'
import { type DrivenCloud, openDrivenCloud, serviceAt } from '../support/driven-cloud.ts'
import { type LocalProcess, startLocalProcess } from '../support/local-process.ts'

const errors = { kind: 'metric', name: 'errors', metric: 'error-rate', max: 0.05, minRequests: 5 }
/** Of its own: while the process is dead, a test beside this one must not take it. */
const port = 8460

describe('kill -9 of local mode while CodeDeploy shifts, then a start on the same data', () => {
  let dataDir: string
  let running: LocalProcess
  let cloud: DrivenCloud

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'sluice-driven-'))
    running = await startLocalProcess(dataDir)
    cloud = await openDrivenCloud(running, port)
  })
  afterEach(async () => {
    await cloud.close()
    await running.kill()
    await rm(dataDir, { recursive: true, force: true })
  })

  async function restart(): Promise<void> {
    await running.kill()
    running = await startLocalProcess(dataDir)
  }

  /** What CodeDeploy has after the restart, newest first. */
  async function deploymentsNow(applicationName: string) {
    const again = await openDrivenCloud(running)
    try {
      return await again.deploymentsOf(applicationName)
    } finally {
      await again.close()
    }
  }

  const canary = (intervalSeconds: number) => ({ type: 'canary', percent: 40, intervalSeconds, bakeSeconds: 60 })

  it('goes on with the one deployment of CodeDeploy to its end', { timeout: 180_000 }, async () => {
    const web = await cloud.startEcs({ name: 'web', waits: { readyMinutes: null, terminationMinutes: 2880 } })
    const before = serviceAt(running.apiUrl, 'web')
    await before.register({ routes: [web.route], strategy: canary(600), gates: [errors] })
    const id = await before.deploy({ codedeploy: web.codedeploy })
    await before.untilBaking(id, 40)
    await restart()
    const after = serviceAt(running.apiUrl, 'web')
    expect(await after.untilEnded(id)).toMatchObject({ phase: 'succeeded', weight: 100, cause: null })
    expect(await after.greensOf(id)).toEqual([40, 100])
    const [counts = {}] = await newAnswers([web.clients], 20)
    expect(Object.keys(counts)).toEqual(['v2'])
    expect(await deploymentsNow('web')).toMatchObject([{ status: 'Succeeded', creator: 'user' }])
  })

  it('takes a bad version back, however often it dies', { timeout: 180_000 }, async () => {
    const pay = await cloud.startFunction('pay')
    const before = serviceAt(running.apiUrl, 'pay')
    await before.register({ routes: [pay.driverRoute], strategy: canary(86_400), gates: [errors] })
    const id = await before.deploy({ codedeploy: pay.codedeploy })
    await before.untilBaking(id, 40)
    pay.servers[1].deploy('v2', 0.5)
    await restart()
    await restart()
    const ended = await serviceAt(running.apiUrl, 'pay').untilEnded(id)
    expect(ended).toMatchObject({ phase: 'rolled-back', weight: 0, cause: { type: 'gate', gate: 'errors' } })
    const [counts = {}] = await newAnswers([pay.clients], 20)
    expect(Object.keys(counts)).toEqual(['v1'])
    const [back, ours, ...others] = await deploymentsNow('pay')
    expect([back, ours, others]).toMatchObject([
      { status: 'Succeeded', creator: 'codeDeployRollback' },
      { status: 'Stopped', creator: 'user', rollbackId: back?.id },
      [],
    ])
  })
})
