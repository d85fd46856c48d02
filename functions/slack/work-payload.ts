import * as z from 'zod'
import { InvariantError } from '../../shared/domain/errors.ts'
import { printCommand } from './command.ts'
import { parseCommand } from './parse-command.ts'
import type { SlackWork } from './work.ts'

const aPayload = z.object({
  command: z.string(),
  expectedStep: z.int().nonnegative().nullable(),
  confirmed: z.boolean(),
  caller: z.object({ teamId: z.string().min(1), userId: z.string().min(1), channelId: z.string().min(1) }),
  triggerId: z.string().min(1),
  responseUrl: z.string().min(1),
  message: z.object({ channel: z.string().min(1), ts: z.string().min(1) }).nullable(),
})

/** The work as it crosses to another function: the command as it could be typed, so that there is one way to read it. */
export function toWorkPayload(work: SlackWork): z.infer<typeof aPayload> {
  return { ...work, command: printCommand(work.command) }
}

/** @throws {InvariantError} If it is no work that {@link toWorkPayload} gave: only we invoke the function. */
export function parseWorkPayload(payload: unknown): SlackWork {
  const given = aPayload.safeParse(payload)
  if (!given.success) throw new InvariantError(`this is no work from Slack: ${z.prettifyError(given.error)}`)
  const parsed = parseCommand(given.data.command)
  if (!parsed.ok) throw new InvariantError(`this is no command of this version: ${parsed.hint.problem}`)
  return { ...given.data, command: parsed.command }
}
