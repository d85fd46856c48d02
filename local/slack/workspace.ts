import { randomBytes } from 'node:crypto'
import { type AnswerPlace, type AnswerUrls, createAnswerUrls } from './answer-urls.ts'
import { buttonsOf } from './check-message.ts'
import { parseAnswer, readContent } from './content.ts'
import { type Acknowledgement, type DeliverOptions, deliver } from './deliver.ts'
import { createMessageLog, type MessageContent, type MessageLog } from './message-log.ts'
import { type Occasion, toClickForm, toSlashForm } from './payloads.ts'
import type { Place } from './people.ts'

export interface WorkspaceOptions extends DeliverOptions {
  /** Where answers come in, without the slash at the end. */
  readonly answersUrl: () => string
}

/** People who type and click, and what they see. */
export interface Workspace {
  readonly messages: MessageLog
  /** Sends a typed command to the app and shows its acknowledgement. */
  type(place: Place, command: string, text: string): Promise<Acknowledgement>
  /** Clicks a button. Null if there is no such button on that message. */
  click(who: Omit<Place, 'channel'>, messageId: string, actionId: string): Promise<Acknowledgement | null>
  /** Takes an answer of the app. @returns Slack's word for why it does not; null if it did. */
  answer(secret: string, body: Answer): string | null
}

export interface Answer {
  readonly [field: string]: unknown
  readonly replace_original?: boolean | undefined
  readonly delete_original?: boolean | undefined
}

export function createWorkspace(options: WorkspaceOptions): Workspace {
  const { now } = options
  const messages = createMessageLog(now)
  const answerUrls = createAnswerUrls(now)
  const show = ({ channel, user }: Place, content: MessageContent) =>
    void messages.add({ kind: 'ephemeral', channel, user, ...content })
  const occasion = (answer: AnswerPlace): Occasion => ({
    trigger_id: `${now()}.${randomBytes(5).readUInt32BE()}.${randomBytes(16).toString('hex')}`,
    response_url: `${options.answersUrl()}/${answerUrls.create(answer)}`,
  })

  return {
    messages,
    async type(place, command, text) {
      const form = toSlashForm(place, command, text, occasion({ place, messageId: null }))
      const given = await deliver(options, '/slack/commands', form)
      const content = readContent(parseAnswer(given.body))
      if (given.problem !== null) show(place, inWords(given.problem))
      else if (content !== null)
        show(place, content === 'invalid_blocks' ? inWords('the answer has invalid blocks') : content)
      return given
    },
    async click(who, messageId, actionId) {
      const message = messages.find(({ id }) => id === messageId)
      const button = message && buttonsOf(message.blocks).find(({ action_id }) => action_id === actionId)
      if (!message || !button) return null
      const place = { ...who, channel: message.channel }
      const form = toClickForm(place, message, button, occasion({ place, messageId }))
      const given = await deliver(options, '/slack/interactions', form)
      // Of a click, Slack shows no answer but that it failed.
      if (given.problem !== null) show(place, inWords(given.problem))
      return given
    },
    answer: (secret, body) => takeAnswer({ messages, answerUrls, show }, secret, body),
  }
}

interface Answering {
  readonly messages: MessageLog
  readonly answerUrls: AnswerUrls
  readonly show: (place: Place, content: MessageContent) => void
}

function takeAnswer({ messages, answerUrls, show }: Answering, secret: string, body: Answer): string | null {
  const used = answerUrls.use(secret)
  if (typeof used === 'string') return used
  const { place, messageId } = used
  if (body.delete_original && messageId !== null) {
    messages.remove(messageId)
    return null
  }
  const content = readContent(body)
  if (content === null) return 'no_text'
  if (content === 'invalid_blocks') return content
  const replaced = body.replace_original === true && messageId !== null && messages.edit(messageId, content)
  if (!replaced) show(place, content)
  return null
}

function inWords(text: string): MessageContent {
  return { text, blocks: [] }
}
