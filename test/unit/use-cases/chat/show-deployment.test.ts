import { describe, expect, it } from 'vitest'
import { NotFoundError, TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import type { Chat } from '../../../../shared/ports/chat.ts'
import { showDeployment } from '../../../../shared/use-cases/chat/show-deployment.ts'
import { aDeployment } from '../../../support/builders.ts'
import { aToldDeployment, createChatRig, versionMessage } from '../../../support/chat.ts'

const { id } = aToldDeployment()
const toMessage = ({ deployment }: { readonly deployment: { readonly version: number } }) =>
  versionMessage(deployment.version)

async function start(deployment = aToldDeployment()) {
  const rig = createChatRig()
  await rig.deps.deployments.create(deployment)
  return {
    ...rig,
    show: (chat: Partial<Chat> = {}, askedIn?: string) =>
      showDeployment(
        { ...rig.deps, chat: { ...rig.chat, ...chat } },
        { id, toMessage, ...(askedIn !== undefined && { askedIn }) },
      ),
  }
}

describe('showing a deployment', () => {
  it('posts one message and updates it in place from then on', async () => {
    const { show, moveOn, texts } = await start()
    await show()
    await show()
    await moveOn(id)
    expect(texts()).toEqual(['C0TOLD: version 1'])
    expect(await show()).toMatchObject({ channel: 'C0TOLD', ts: '1.000100', version: 2, work: null })
    expect(texts()).toEqual(['C0TOLD: version 2'])
  })

  it('shows nothing where nobody asked for it', async () => {
    const { show, texts } = await start(aDeployment())
    expect(await show()).toBeNull()
    expect(texts()).toEqual([])
  })

  it('is shown where somebody asked, and stays there', async () => {
    const { show, moveOn, texts } = await start(aDeployment())
    await show({}, 'C0ASK')
    await moveOn(id)
    await show()
    await moveOn(id)
    await show({}, 'C0ELSE')
    expect(texts()).toEqual(['C0ASK: version 3'])
  })

  it('posts once of a crowd, and the one who posts shows what moved on meanwhile', async () => {
    const { show, chat, moveOn, texts } = await start()
    const slow: Partial<Chat> = {
      async post(channel, message) {
        await moveOn(id)
        return chat.post(channel, message)
      },
    }
    const shown = await Promise.allSettled(Array.from({ length: 5 }, () => show(slow)))
    expect(texts()).toEqual(['C0TOLD: version 2'])
    for (const one of shown) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(TransientError)
  })

  it('posts anew where the message was deleted', async () => {
    const { show, moveOn, texts } = await start()
    await show()
    await moveOn(id)
    await show({
      update: async () => {
        throw new NotFoundError('message_not_found')
      },
    })
    expect(texts()).toEqual(['C0TOLD: version 1', 'C0TOLD: version 2'])
    await moveOn(id)
    await show()
    expect(texts()).toEqual(['C0TOLD: version 1', 'C0TOLD: version 3'])
  })

  it('never posts again what may be there, however long ago', async () => {
    const { show, chat, moveOn, texts, pass, logged } = await start()
    const lost = show({
      async post(channel, message) {
        await chat.post(channel, message)
        throw new TransientError('no answer')
      },
    })
    await expect(lost).rejects.toThrow(TransientError)
    expect(logged).toEqual(['message-may-be-posted'])
    await moveOn(id)
    await expect(show()).rejects.toThrow('is being written')
    pass(60_000)
    await show()
    expect(texts()).toEqual(['C0TOLD: version 1'])
  })

  it.each([
    new TransientError('rate limited', { refused: true }),
    new NotFoundError('not_in_channel'),
    new UpstreamError('missing_scope'),
  ])('posts later what was refused for certain: %s', async (refusal) => {
    const { show, texts } = await start()
    const refused = show({
      post: async () => {
        throw refusal
      },
    })
    await expect(refused).rejects.toBe(refusal)
    await show()
    expect(texts()).toEqual(['C0TOLD: version 1'])
  })

  it('updates later what could not be updated', async () => {
    const { show, moveOn, texts } = await start()
    await show()
    await moveOn(id)
    const failed = show({
      update: async () => {
        throw new TransientError('no answer')
      },
    })
    await expect(failed).rejects.toThrow(TransientError)
    await show()
    expect(texts()).toEqual(['C0TOLD: version 2'])
  })

  it('goes on after one who died over an update, once its time is over', async () => {
    const { show, deps, moveOn, texts, pass } = await start()
    await show()
    await moveOn(id)
    const shown = await deps.shownMessages.load(id)
    if (!shown) throw new Error('it was not shown')
    const work = { kind: 'update', untilMs: deps.clock.realNow() + 60_000 } as const
    await deps.shownMessages.save(id, { ...shown, revision: shown.revision + 1, work })
    await expect(show()).rejects.toThrow(TransientError)
    expect(texts()).toEqual(['C0TOLD: version 1'])
    pass(60_000)
    await show()
    expect(texts()).toEqual(['C0TOLD: version 2'])
  })
})
