import type { Deps } from '../../deps.ts'
import type { Alerts } from '../../ports/alerts.ts'
import type { Chat } from '../../ports/chat.ts'
import type { ShownMessages } from '../../ports/shown-messages.ts'

/** What showing deployments in a chat needs from outside. */
export type ChatDeps = Pick<Deps, 'deployments' | 'clock' | 'logger'> & {
  readonly chat: Chat
  readonly shownMessages: ShownMessages
  readonly alerts: Alerts
}
