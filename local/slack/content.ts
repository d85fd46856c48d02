import { z } from 'zod'
import { refuseBlocks } from './check-message.ts'
import type { MessageContent } from './message-log.ts'

const shape = z.object({ text: z.string().default(''), blocks: z.array(z.unknown()).default([]) })

/** What an answer shows. Null if nothing; a word if Slack would not take it. */
export function readContent(answer: unknown): MessageContent | 'invalid_blocks' | null {
  const given = shape.safeParse(answer)
  if (!given.success || refuseBlocks(given.data.blocks) !== null) return 'invalid_blocks'
  return given.data.text === '' && given.data.blocks.length === 0 ? null : given.data
}

/** The body of an acknowledgement: JSON, or plain text. */
export function parseAnswer(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return { text: body }
  }
}
