import { NotFoundError, ValidationError } from '../../domain/errors.ts'
import type { Chat, ChatMessage, MessagePlace } from '../../ports/chat.ts'
import { copyOf } from './copy.ts'

/** Keeps what people were shown. */
export interface MemoryChat extends Chat {
  /** Posted messages as they look now, oldest first. */
  readonly posted: readonly (MessagePlace & { readonly message: ChatMessage; readonly replyTo?: string })[]
  /** Answers to commands and clicks, oldest first. */
  readonly answers: readonly {
    readonly responseUrl: string
    readonly message: ChatMessage
    readonly replaces: boolean
  }[]
}

/** Slack in memory, with every channel whose name begins with `C`; for tests. */
export function createMemoryChat(): MemoryChat {
  const posted: (MessagePlace & { message: ChatMessage; replyTo?: string })[] = []
  const answers: { responseUrl: string; message: ChatMessage; replaces: boolean }[] = []
  return {
    posted,
    answers,
    async post(channel, message, options) {
      if (!channel.startsWith('C')) throw new NotFoundError(`there is no channel ${channel}`)
      const place = { channel, ts: `${posted.length + 1}.000100` }
      posted.push({ ...place, message: copyOf(message), ...options })
      return place
    },
    async update({ channel, ts }, message) {
      const standing = posted.find((one) => one.channel === channel && one.ts === ts)
      if (!standing) throw new NotFoundError(`there is no message ${ts} in ${channel}`)
      standing.message = copyOf(message)
    },
    async respond(responseUrl, message, { replaces } = { replaces: false }) {
      if (!URL.canParse(responseUrl)) throw new ValidationError('the address for the answer is none of Slack')
      answers.push({ responseUrl, message: copyOf(message), replaces })
    },
  }
}
