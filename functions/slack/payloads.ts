import * as z from 'zod'
import { actionPrefix } from './buttons.ts'
import { malformed, parseForm } from './form.ts'
import { parseCommand } from './parse-command.ts'
import type { SlackWork } from './work.ts'

/** What was typed, not understood yet, and where from. */
export interface SlashCommand extends Pick<SlackWork, 'caller' | 'triggerId' | 'responseUrl'> {
  /** `/sluice`, or what it was named when the app was installed. */
  readonly slashCommand: string
  readonly text: string
}

const id = z.string().regex(/^[A-Z][A-Z0-9]{1,30}$/, 'is no id of Slack')
const triggerId = z.string().regex(/^[\w.-]{1,200}$/, 'is no trigger id')
const address = z.string().min(1).max(2048)

const slashForm = z.object({
  command: z.string().regex(/^\/\S{1,80}$/, 'is no slash command'),
  text: z.string().default(''),
  team_id: id,
  user_id: id,
  channel_id: id,
  trigger_id: triggerId,
  response_url: address,
})

/**
 * Reads what Slack sends when somebody typed our command.
 *
 * @throws {ValidationError} If it is something else.
 * @see Slack, "Implementing slash commands"
 */
export function parseSlashCommand(body: Uint8Array): SlashCommand {
  const form = check(slashForm, Object.fromEntries(parseForm(body)))
  return {
    slashCommand: form.command,
    text: asTyped(form.text),
    caller: { teamId: form.team_id, userId: form.user_id, channelId: form.channel_id },
    triggerId: form.trigger_id,
    responseUrl: form.response_url,
  }
}

const click = z.object({
  type: z.literal('block_actions', 'is not block_actions'),
  team: z.object({ id }).nullish(),
  user: z.object({ id, team_id: id.optional() }),
  trigger_id: triggerId,
  response_url: address,
  container: z.object({ channel_id: id, message_ts: z.string().min(1).max(40), is_ephemeral: z.boolean().optional() }),
  actions: z.array(z.object({ action_id: z.string(), value: z.string().max(2000) })).length(1, 'is not exactly one'),
})

/**
 * Reads what Slack sends when somebody clicked a button of ours.
 *
 * @throws {ValidationError} If it is something else, or a button of another app or version.
 * @see Slack, "block_actions payload"
 */
export function parseClick(body: Uint8Array): SlackWork {
  const payload = check(click, parseJson(parseForm(body).get('payload')))
  const { user, team, container, actions } = payload
  // Of a channel that is shared with another company, a user of that company may click: its own workspace counts.
  const teamId = user.team_id ?? team?.id
  if (teamId === undefined) throw malformed([{ path: 'team', message: 'is missing' }])
  return {
    ...parseAction(actions[0]),
    confirmed: true,
    caller: { teamId, userId: user.id, channelId: container.channel_id },
    triggerId: payload.trigger_id,
    responseUrl: payload.response_url,
    message: container.is_ephemeral ? null : { channel: container.channel_id, ts: container.message_ts },
  }
}

function parseAction(action: z.infer<typeof click>['actions'][number] | undefined) {
  const [, step, text] = /^(-|[0-9]{1,4}) (.+)$/s.exec(action?.value ?? '') ?? []
  const parsed = text === undefined ? null : parseCommand(text)
  if (!action?.action_id.startsWith(actionPrefix) || !parsed?.ok)
    throw malformed([{ path: 'actions[0]', message: 'is no button of this version of Sluice' }])
  return { command: parsed.command, expectedStep: step === '-' ? null : Number(step) }
}

function parseJson(text: string | undefined): unknown {
  if (text === undefined) throw malformed([{ path: 'payload', message: 'is missing' }])
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw malformed([{ path: 'payload', message: 'is not JSON' }], cause)
  }
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw malformed(result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })))
}

/** Slack escapes its three control characters in what people type. */
function asTyped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
