import { expect } from 'vitest'
import type { SlackMessage } from '../../functions/slack/blocks.ts'

/** Every object in `value` that has a `type`, outermost first. */
function elementsOf(value: unknown): { readonly [name: string]: unknown }[] {
  if (Array.isArray(value)) return value.flatMap(elementsOf)
  if (typeof value !== 'object' || value === null) return []
  const inside = Object.values(value).flatMap(elementsOf)
  return 'type' in value ? [{ ...value }, ...inside] : inside
}

/** Everything of the message that is read as markup. */
export function markupOf(message: SlackMessage): string[] {
  const texts = elementsOf(message.blocks).filter(({ type }) => type === 'mrkdwn')
  return [message.text, ...texts.map(({ text }) => String(text))]
}

const ownControls = /<!date\^\d+\^\{date_short_pretty\} \{time_secs\}\|[^<>]*>|<https?:\/\/[^<>|]+\|[^<>]*>/g

/** Fails where Slack would refuse the message, or would take an echoed text for more than text. */
export function expectSendable(message: SlackMessage): void {
  expect(message.blocks.length).toBeLessThanOrEqual(50)
  expect(message.blocks.length).toBeGreaterThan(0)
  for (const element of elementsOf(message.blocks)) expectWithinLimits(element)
  for (const text of markupOf(message)) {
    const echoed = text.replace(ownControls, '')
    expect(echoed).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)|@(?=channel|here|everyone)/i)
  }
}

/** Most characters or elements of each part, from its page in Slack's reference. */
function expectWithinLimits(element: { readonly [name: string]: unknown }): void {
  const { type, text, elements, value, action_id } = element
  const question = { ...(typeof element.confirm === 'object' && element.confirm) } as Record<string, unknown>
  const sizes: Readonly<Record<string, readonly (readonly [size: number, most: number])[]>> = {
    mrkdwn: [[sizeOf(text), 3000]],
    plain_text: [[sizeOf(text), 3000]],
    header: [[sizeOf(text), 150]],
    actions: [[sizeOf(elements), 5]],
    context: [[sizeOf(elements), 10]],
    button: [
      [sizeOf(text), 75],
      [sizeOf(value), 2000],
      [sizeOf(action_id), 255],
      ...(element.confirm === undefined ? [] : confirmSizes(question)),
    ],
  }
  for (const [size, most] of sizes[String(type)] ?? []) {
    expect(size).toBeGreaterThan(0)
    expect(size).toBeLessThanOrEqual(most)
  }
  if (type === 'mrkdwn') expect(element.verbatim).toBe(true)
}

function confirmSizes({ title, text, confirm, deny }: Record<string, unknown>): [size: number, most: number][] {
  return [
    [sizeOf(title), 100],
    [sizeOf(text), 300],
    [sizeOf(confirm), 30],
    [sizeOf(deny), 30],
  ]
}

/** Characters of a text or of a text object, or how many elements a list has. */
function sizeOf(part: unknown): number {
  if (typeof part === 'string' || Array.isArray(part)) return part.length
  return typeof part === 'object' && part !== null && 'text' in part ? sizeOf(part.text) : 0
}
