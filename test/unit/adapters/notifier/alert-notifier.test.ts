import { expect, it } from 'vitest'
import { createMemoryAlerts } from '../../../../shared/adapters/memory/alerts.ts'
import { createMemoryNotifier } from '../../../../shared/adapters/memory/notifier.ts'
import { createAlertNotifier } from '../../../../shared/adapters/notifier/alert-notifier.ts'
import { TransientError } from '../../../../shared/domain/errors.ts'
import { aDeployment } from '../../../support/builders.ts'

const { id } = aDeployment()

function start(put = createMemoryAlerts()) {
  const log = createMemoryNotifier()
  const logged: string[] = []
  const notifier = createAlertNotifier({
    ...{ alerts: put, log, newAlertId: () => '01A', clock: { now: () => Date.UTC(2026, 0, 1) } },
    logger: { error: (event) => void logged.push(event) },
  })
  return { notifier, log, logged, alerts: put }
}

it('pages through the log, and keeps an alert for whoever tells people', async () => {
  const { notifier, log, alerts } = start()
  await notifier.page(aDeployment(), 'halted')
  expect(log.pages).toEqual([{ deploymentId: id, message: 'halted' }])
  expect(alerts.waiting()).toEqual([{ id: '01A', deployment: id, message: 'halted', at: '2026-01-01T00:00:00.000Z' }])
})

it('never stops what pages', async () => {
  const failing = {
    ...createMemoryAlerts(),
    put: async () => {
      throw new TransientError('throttled')
    },
  }
  const { notifier, log, logged } = start(failing)
  await notifier.page(aDeployment(), 'halted')
  expect(log.pages).toHaveLength(1)
  expect(logged).toEqual(['alert-not-kept'])
})
