import { describe, expect, it } from 'vitest'
import { NotFoundError, TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import type { Chat } from '../../../../shared/ports/chat.ts'
import { showDeployment } from '../../../../shared/use-cases/chat/show-deployment.ts'
import { tellAlert } from '../../../../shared/use-cases/chat/tell-alert.ts'
import { aDeployment } from '../../../support/builders.ts'
import { aToldDeployment, createChatRig, versionMessage } from '../../../support/chat.ts'

const { id } = aToldDeployment()
const alert = { id: '01A', deployment: id, message: 'it needs a person', at: '2026-01-01T00:00:00.000Z' }

async function start(deployment = aToldDeployment()) {
  const rig = createChatRig()
  await rig.deps.deployments.create(deployment)
  await rig.deps.alerts.put(alert)
  return {
    ...rig,
    tell: (chat: Partial<Chat> = {}) =>
      tellAlert(
        { ...rig.deps, chat: { ...rig.chat, ...chat } },
        {
          deployment: id,
          alert: alert.id,
          toMessage: ({ service }, message) => ({ text: `${service}: ${message}`, blocks: [] }),
        },
      ),
  }
}

const told = { channel: 'C0TOLD', message: { text: 'web: it needs a person', blocks: [] } }

describe('an alert', () => {
  it('is told once, below the message of its deployment', async () => {
    const { tell, deps, chat } = await start()
    await showDeployment(deps, { id, toMessage: () => versionMessage(1) })
    await tell()
    await tell()
    expect(chat.posted.slice(1)).toEqual([{ ...told, ts: '2.000100', replyTo: '1.000100' }])
    expect(deps.alerts.waiting()).toEqual([])
  })

  it('is told alone where the deployment has no message', async () => {
    const { tell, chat } = await start()
    await tell()
    expect(chat.posted).toEqual([{ ...told, ts: '1.000100' }])
  })

  it('is dropped where nobody is told', async () => {
    const { tell, deps, chat } = await start(aDeployment())
    await tell()
    expect(chat.posted).toEqual([])
    expect(deps.alerts.waiting()).toEqual([])
  })

  it.each([new NotFoundError('message_not_found'), new UpstreamError('cannot_reply_to_message')])(
    'is told alone where nothing can stand below the message: %s',
    async (refusal) => {
      const { tell, deps, chat } = await start()
      await showDeployment(deps, { id, toMessage: () => versionMessage(1) })
      await tell({
        post: async (channel, message, options) => {
          if (options) throw refusal
          return chat.post(channel, message)
        },
      })
      expect(chat.posted.slice(1)).toEqual([{ ...told, ts: '2.000100' }])
    },
  )

  it('waits where it could not be told', async () => {
    const { tell, deps, chat } = await start()
    const failed = tell({
      post: async () => {
        throw new TransientError('no answer')
      },
    })
    await expect(failed).rejects.toThrow(TransientError)
    expect(deps.alerts.waiting()).toEqual([alert])
    await tell()
    expect(chat.posted).toEqual([{ ...told, ts: '1.000100' }])
  })
})
