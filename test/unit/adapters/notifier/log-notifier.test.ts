import { expect, it } from 'vitest'
import { createLogNotifier } from '../../../../shared/adapters/notifier/log-notifier.ts'
import { createLogger } from '../../../../shared/logger.ts'
import { aDeployment } from '../../../support/builders.ts'

it('pages through the log, by an event name that an alarm can look for', async () => {
  const lines: string[] = []
  const notifier = createLogNotifier(createLogger((line) => lines.push(line)))
  await notifier.page(aDeployment({ id: 'dep_1', phase: 'rollback-failed' }), 'the rule is gone')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      level: 'error',
      event: 'needs-attention',
      at: expect.any(String),
      deploymentId: 'dep_1',
      service: 'web',
      phase: 'rollback-failed',
      message: 'the rule is gone',
    },
  ])
})
