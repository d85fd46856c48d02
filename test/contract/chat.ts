import { describe, expect, it } from 'vitest'
import { NotFoundError, ValidationError } from '../../shared/domain/errors.ts'
import type { Chat, ChatMessage } from '../../shared/ports/chat.ts'

export interface ChatUnderTest {
  readonly chat: Chat
  /** An address for answers that is good. */
  readonly responseUrl: () => Promise<string>
  /** What people see, oldest first. */
  readonly shown: () => Promise<readonly { readonly kind: 'channel' | 'ephemeral'; readonly message: ChatMessage }[]>
}

function aMessage(text: string): ChatMessage {
  return {
    text,
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: `*${text}* <https://x.example/?a=1&amp;b=ä|link>` } }],
  }
}

/** The written meaning of {@link Chat}. `make` gives one that has a channel `C0123` and none that is called `X0123`. */
export function describeChat(name: string, make: () => Promise<ChatUnderTest>): void {
  describe(`${name} as chat`, () => {
    it('shows what is posted, each message in a place of its own', async () => {
      const { chat, shown } = await make()
      const first = await chat.post('C0123', aMessage('one'))
      const second = await chat.post('C0123', aMessage('two'))
      expect(first.channel).toBe('C0123')
      expect(second.ts).not.toBe(first.ts)
      expect(await shown()).toEqual([
        { kind: 'channel', message: aMessage('one') },
        { kind: 'channel', message: aMessage('two') },
      ])
    })

    it('shows a reply in the channel as well', async () => {
      const { chat, shown } = await make()
      const { ts } = await chat.post('C0123', aMessage('one'))
      const reply = await chat.post('C0123', aMessage('reply'), { replyTo: ts })
      expect(reply.ts).not.toBe(ts)
      expect(await shown()).toEqual([
        { kind: 'channel', message: aMessage('one') },
        { kind: 'channel', message: aMessage('reply') },
      ])
    })

    it('changes a message in place, however often', async () => {
      const { chat, shown } = await make()
      const place = await chat.post('C0123', aMessage('one'))
      await chat.post('C0123', aMessage('another'))
      await chat.update(place, aMessage('two'))
      await chat.update(place, aMessage('three'))
      await chat.update(place, aMessage('three'))
      expect(await shown()).toEqual([
        { kind: 'channel', message: aMessage('three') },
        { kind: 'channel', message: aMessage('another') },
      ])
    })

    it('answers a command to one person', async () => {
      const { chat, shown, responseUrl } = await make()
      await chat.respond(await responseUrl(), aMessage('only you'))
      expect(await shown()).toEqual([{ kind: 'ephemeral', message: aMessage('only you') }])
    })

    it('finds no channel that is not there', async () => {
      const { chat, shown } = await make()
      await expect(chat.post('X0123', aMessage('one'))).rejects.toThrow(NotFoundError)
      expect(await shown()).toEqual([])
    })

    it('finds no message that is not there', async () => {
      const { chat } = await make()
      const { ts } = await chat.post('C0123', aMessage('one'))
      const elsewhere = { channel: 'C0124', ts }
      await expect(chat.update(elsewhere, aMessage('two'))).rejects.toThrow(NotFoundError)
      await expect(chat.update({ channel: 'C0123', ts: '1.000001' }, aMessage('two'))).rejects.toThrow(NotFoundError)
    })

    it('sends no answer to what is no address', async () => {
      const { chat, shown } = await make()
      await expect(chat.respond('hooks.slack.com', aMessage('one'))).rejects.toThrow(ValidationError)
      expect(await shown()).toEqual([])
    })
  })
}
