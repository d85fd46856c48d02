import { describe, expect, it } from 'vitest'
import { createNotify } from '../../../../functions/notify/create-notify.ts'
import { InvariantError, TransientError, UpstreamError } from '../../../../shared/domain/errors.ts'
import type { Chat } from '../../../../shared/ports/chat.ts'
import { aToldDeployment, createChatRig } from '../../../support/chat.ts'
import { createMemoryApi } from '../../../support/memory-api.ts'

const { id } = aToldDeployment()
const other = 'dep_01KDVDNC00000000000000WEB2'

const change = (pk: string, sk: string, sequence: number, eventName = 'MODIFY') => ({
  eventID: String(sequence),
  eventName,
  eventSource: 'aws:dynamodb',
  dynamodb: { SequenceNumber: String(sequence), Keys: { pk: { S: pk }, sk: { S: sk } }, StreamViewType: 'KEYS_ONLY' },
})
const saved = (deployment: string, sequence: number) => change(`DEPLOYMENT#${deployment}`, 'RECORD', sequence)

async function start() {
  const rig = createChatRig()
  await rig.deps.deployments.create(aToldDeployment())
  await rig.deps.deployments.create(aToldDeployment({ id: other }))
  let faults: Partial<Chat> = {}
  const posts: string[] = []
  const notify = createNotify({
    ...createMemoryApi().deps,
    ...rig.deps,
    chat: {
      ...rig.chat,
      post(channel, message, options) {
        posts.push(message.text)
        return (faults.post ?? rig.chat.post)(channel, message, options)
      },
    },
  })
  return {
    ...rig,
    posts,
    tell: (...Records: object[]) => notify({ Records }),
    failWith: (next: Partial<Chat>) => {
      faults = next
    },
  }
}

describe('what the stream of the table tells', () => {
  it('is shown once for all changes of a deployment in a batch', async () => {
    const { tell, posts, texts, moveOn } = await start()
    await moveOn(id)
    expect(await tell(saved(id, 1), saved(id, 2), saved(other, 3))).toEqual({ batchItemFailures: [] })
    expect(posts).toHaveLength(2)
    await moveOn(id)
    await tell(saved(id, 4), saved(id, 5))
    expect(texts()).toEqual(['C0TOLD: web: preparing', 'C0TOLD: web: preparing'])
  })

  it('is nothing to show where it is about something else, or was taken out', async () => {
    const { tell, posts } = await start()
    await tell(
      change('SERVICES', 'web', 1),
      change(`DEPLOYMENT#${id}`, 'MEASURES', 2),
      change(`DEPLOYMENT#${id}`, 'SHOWN-MESSAGE', 3),
      change(`DEPLOYMENT#${id}`, 'ALERT#01A', 4, 'REMOVE'),
      change(`LEASE#${id}`, 'RECORD', 5),
    )
    expect(posts).toEqual([])
  })

  it('is an alert as a message of its own', async () => {
    const { tell, chat, deps } = await start()
    await deps.alerts.put({ id: '01A', deployment: id, message: 'rollback <failed>', at: '2026-01-01T00:00:00.000Z' })
    await tell(saved(id, 1), change(`DEPLOYMENT#${id}`, 'ALERT#01A', 2, 'INSERT'))
    expect(chat.posted.map(({ message, replyTo }) => [message.text, replyTo])).toEqual([
      ['web: preparing', undefined],
      ['web needs a person: rollback &lt;failed&gt;', '1.000100'],
    ])
  })

  it('goes on from what could not be shown now', async () => {
    const { tell, failWith, texts } = await start()
    failWith({
      post: async () => {
        throw new TransientError('limited', { refused: true })
      },
    })
    const batch = [change('SERVICES', 'web', 1), saved(id, 2), saved(other, 3)]
    expect(await tell(...batch)).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] })
    failWith({})
    expect(await tell(...batch.slice(1))).toEqual({ batchItemFailures: [] })
    expect(texts()).toHaveLength(2)
  })

  it('goes on past what Slack refuses for good, and past what is gone', async () => {
    const { tell, failWith, logged } = await start()
    failWith({
      post: async () => {
        throw new UpstreamError('missing_scope')
      },
    })
    expect(await tell(saved(id, 1), saved('dep_gone', 2), saved(other, 3))).toEqual({ batchItemFailures: [] })
    expect(logged).toEqual(['not-told', 'not-told', 'not-told'])
  })

  it.each([{}, { Records: [{ eventName: 'INSERT' }] }, null])(
    'is refused where it is no event of a table: %j',
    async (event) => {
      await expect(createNotify(createMemoryApi().deps)(event)).rejects.toThrow(InvariantError)
    },
  )
})
