import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  SectionBlock,
} from '@slack/types'

/**
 * What Slack takes; a message beyond is refused as a whole. Characters and counts.
 * @see Slack, "Block Kit" reference: each block's and element's own page
 */
export const slackLimits = {
  blocks: 50,
  text: 3000,
  header: 150,
  /** What many clients show in a row; Slack itself takes 25. */
  buttons: 5,
  buttonText: 75,
  buttonValue: 2000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  contextElements: 10,
  actionId: 255,
} as const

/** A message: `text` is for notifications and screen readers, `blocks` for everybody else. */
export interface SlackMessage {
  readonly text: string
  readonly blocks: readonly KnownBlock[]
}

/** Plain text, which is not parsed and needs no escaping. */
export function header(text: string): HeaderBlock {
  return { type: 'header', text: plain(text, slackLimits.header) }
}

/**
 * Lines of markup in as few sections as hold them; empty ones are left out. Lines are never cut, since that could end in
 * the middle of a link or an entity: whoever makes one keeps it short, by the limits of what it echoes.
 */
export function sections(lines: readonly string[]): SectionBlock[] {
  const texts: string[] = []
  for (const line of lines.filter((one) => one !== '')) {
    const last = texts.at(-1)
    const together = last === undefined ? line : `${last}\n${line}`
    if (last !== undefined && together.length <= slackLimits.text) texts[texts.length - 1] = together
    else texts.push(line)
  }
  return texts.map((text) => ({ type: 'section', text: markup(text) }))
}

/** The first `most` lines, and how many more there are. */
export function atMost(most: number, lines: readonly string[]): string[] {
  const more = lines.length - most
  return more > 0 ? [...lines.slice(0, most), `… and ${more} more`] : [...lines]
}

/** Small print; what is beyond Slack's number of elements is left out. */
export function context(elements: readonly string[]): ContextBlock[] {
  const texts = elements.filter((text) => text !== '')
  if (texts.length === 0) return []
  return [{ type: 'context', elements: texts.slice(0, slackLimits.contextElements).map(markup) }]
}

export function actions(buttons: readonly Button[]): ActionsBlock[] {
  return buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons.slice(0, slackLimits.buttons) }]
}

export interface ButtonInput {
  readonly actionId: string
  readonly text: string
  readonly value: string
  readonly style?: 'primary' | 'danger'
  /** Asked before the click counts. */
  readonly confirm?: Question
}

/** A question in plain text, and the word on the button that says yes. */
export interface Question {
  readonly title: string
  readonly text: string
  readonly confirm: string
}

export function button({ actionId, text, value, style, confirm }: ButtonInput): Button {
  return {
    type: 'button',
    action_id: actionId,
    text: plain(text, slackLimits.buttonText),
    value,
    ...(style && { style }),
    ...(confirm && { confirm: dialog(confirm) }),
  }
}

function dialog({ title, text, confirm }: Question): ConfirmationDialog {
  return {
    title: plain(title, slackLimits.confirmTitle),
    text: plain(text, slackLimits.confirmText),
    confirm: plain(confirm, slackLimits.confirmButton),
    deny: plain('Cancel', slackLimits.confirmButton),
    style: 'danger',
  }
}

/** `verbatim`: addresses and names in it become no links and no mentions but those that we write ourselves. */
function markup(text: string) {
  return { type: 'mrkdwn' as const, text, verbatim: true }
}

function plain(text: string, max: number) {
  return { type: 'plain_text' as const, text: cut(text, max), emoji: false }
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text
  // Half of a pair of surrogates is no character.
  return `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
