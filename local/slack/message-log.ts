/** A message as Slack would show it. */
export interface ShownMessage {
  /** What the page and `/clicks` name it by. */
  readonly id: string
  /** `channel`: everybody in the channel sees it. `ephemeral`: only `user` does. */
  readonly kind: 'channel' | 'ephemeral'
  readonly channel: string
  readonly user: string | null
  readonly ts: string
  /** `ts` of the message that it stands below, besides in the channel; null for most. */
  readonly replyTo: string | null
  readonly text: string
  readonly blocks: readonly unknown[]
  /** How often it was changed in place. */
  readonly edits: number
}

export type MessageContent = Pick<ShownMessage, 'text' | 'blocks'>

/** Every message, oldest first; as many as a screen can hold. */
export interface MessageLog {
  list(): readonly ShownMessage[]
  add(
    message: Pick<ShownMessage, 'kind' | 'channel' | 'user'> & Partial<Pick<ShownMessage, 'replyTo'>> & MessageContent,
  ): ShownMessage
  find(matches: (message: ShownMessage) => boolean): ShownMessage | undefined
  /** Changes a message in place. @returns False if it is not there (any more). */
  edit(id: string, content: MessageContent): boolean
  remove(id: string): void
  clear(): void
}

const mostMessages = 500

/** @param now - Real time, milliseconds since the epoch. */
export function createMessageLog(now: () => number): MessageLog {
  let messages: ShownMessage[] = []
  let count = 0
  return {
    list: () => messages,
    add({ kind, channel, user, replyTo = null, text, blocks }) {
      count += 1
      // As Slack names them: seconds, and a counter of six digits.
      const ts = `${Math.floor(now() / 1000)}.${String(count % 1_000_000).padStart(6, '0')}`
      const message = { id: `m${count}`, kind, channel, user, ts, replyTo, text, blocks, edits: 0 }
      messages = [...messages, message].slice(-mostMessages)
      return message
    },
    find: (matches) => messages.find(matches),
    edit(id, { text, blocks }) {
      const standing = messages.find((message) => message.id === id)
      messages = messages.map((message) =>
        message.id === id ? { ...message, text, blocks, edits: message.edits + 1 } : message,
      )
      return standing !== undefined
    },
    remove(id) {
      messages = messages.filter((message) => message.id !== id)
    },
    clear() {
      messages = []
    },
  }
}
