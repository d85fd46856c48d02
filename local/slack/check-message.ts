import { z } from 'zod'

/**
 * What Slack takes; everything else it refuses as a whole, with one word. Only the blocks and elements that are used
 * here are known, so that a new one is met first with its limits.
 *
 * @see Slack, "Block Kit" reference: each block's and element's own page
 */
const plainText = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.boolean().optional() })
const markup = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(max), verbatim: z.boolean().optional() })
const anyText = (max: number) => z.union([plainText(max), markup(max)])
const style = z.enum(['primary', 'danger'])
const blockId = z.string().max(255).optional()

const confirm = z.strictObject({
  title: plainText(100),
  text: anyText(300),
  confirm: plainText(30),
  deny: plainText(30),
  style: style.optional(),
})

export const button = z.strictObject({
  type: z.literal('button'),
  text: plainText(75),
  action_id: z.string().min(1).max(255),
  value: z.string().max(2000).optional(),
  url: z.string().max(3000).optional(),
  style: style.optional(),
  confirm: confirm.optional(),
})

const block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: plainText(150), block_id: blockId }),
  z.strictObject({ type: z.literal('section'), text: anyText(3000), block_id: blockId }),
  z.strictObject({ type: z.literal('context'), elements: z.array(anyText(3000)).min(1).max(10), block_id: blockId }),
  z.strictObject({ type: z.literal('actions'), elements: z.array(button).min(1).max(25), block_id: blockId }),
  z.strictObject({ type: z.literal('divider'), block_id: blockId }),
])

const blocks = z.array(block).max(50)

export type Button = z.infer<typeof button>

/** @returns Slack's word for why it does not take them; null if it does. */
export function refuseBlocks(value: unknown): 'invalid_blocks' | null {
  return blocks.safeParse(value).success ? null : 'invalid_blocks'
}

/** The buttons of blocks that were taken. */
export function buttonsOf(value: readonly unknown[]): Button[] {
  const parsed = blocks.safeParse(value)
  return parsed.success ? parsed.data.flatMap((one) => (one.type === 'actions' ? one.elements : [])) : []
}
