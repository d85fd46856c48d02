import type { MessagePlace } from '../../shared/ports/chat.ts'
import type { SlackCommand } from './command.ts'

/** Who asked, and where. The workspace and the user are what the policy knows; names can be changed by anybody. */
export interface SlackCaller {
  readonly teamId: string
  readonly userId: string
  readonly channelId: string
}

/**
 * What is to be done after Slack was answered. Plain JSON: it crosses to another function.
 */
export interface SlackWork {
  readonly command: SlackCommand
  /** The step that the reader of a button saw; null where that does not matter, or the command was typed. */
  readonly expectedStep: number | null
  /** True after a click: its button, or the question before it, has asked already. */
  readonly confirmed: boolean
  readonly caller: SlackCaller
  /** Unique per command and click. */
  readonly triggerId: string
  /** Where the answer goes: at most five within 30 minutes. Not checked yet to be Slack's. */
  readonly responseUrl: string
  /** The message whose button was clicked; null for a typed command, and for one that only its reader sees. */
  readonly message: MessagePlace | null
}
