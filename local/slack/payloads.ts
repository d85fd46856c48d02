import type { Button } from './check-message.ts'
import type { ShownMessage } from './message-log.ts'
import type { Place } from './people.ts'

/** What is new with every command and click. */
export interface Occasion {
  readonly trigger_id: string
  readonly response_url: string
}

/** The form of a typed command. @see Slack, "Implementing slash commands" */
export function toSlashForm({ team, user, channel }: Place, command: string, text: string, occasion: Occasion) {
  return {
    token: 'unused',
    team_id: team,
    team_domain: 'local',
    channel_id: channel,
    channel_name: 'local',
    user_id: user,
    user_name: user.toLowerCase(),
    command,
    // Slack escapes its control characters in what people type.
    text: text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    api_app_id: 'A0LOCALAPP0',
    is_enterprise_install: 'false',
    ...occasion,
  }
}

/** The form of a click, with its payload as JSON. @see Slack, "block_actions payload" */
export function toClickForm({ team, user }: Place, message: ShownMessage, button: Button, occasion: Occasion) {
  const { channel, ts, text, blocks, kind } = message
  const isEphemeral = kind === 'ephemeral'
  const payload = {
    type: 'block_actions',
    user: { id: user, username: user.toLowerCase(), name: user.toLowerCase(), team_id: team },
    api_app_id: 'A0LOCALAPP0',
    token: 'unused',
    container: { type: 'message', message_ts: ts, channel_id: channel, is_ephemeral: isEphemeral },
    team: { id: team, domain: 'local' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channel, name: 'local' },
    // Slack sends no content of a message that only one person sees.
    ...(!isEphemeral && { message: { type: 'message', ts, text, blocks } }),
    ...occasion,
    actions: [{ ...button, block_id: 'actions', action_ts: ts }],
  }
  return { payload: JSON.stringify(payload) }
}
