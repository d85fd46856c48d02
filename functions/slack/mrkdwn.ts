/**
 * Text of others inside Slack's markup. `&`, `<` and `>` are its control characters: unescaped, a reason such as
 * `<!channel>` would call everybody, and `<https://evil|console>` would be a link of ours.
 *
 * @see Slack, "Formatting text in messages", escaping text
 */
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** A word joiner: nothing to see, and the word before it is no mention any more, however the text is parsed. */
const wordJoiner = '\u2060'

/**
 * Escapes `text` and keeps it within `max` characters of what is sent; where it is cut, it ends in `…`. Line ends become
 * spaces, so that an echo stays in its line.
 *
 * @param max - At least 1.
 */
export function echo(text: string, max = 300): string {
  const quiet = text.replace(/\s+/g, ' ').replace(/@(?=channel|here|everyone)/gi, `@${wordJoiner}`)
  let written = ''
  let length = 0
  const parts: string[] = []
  for (const character of quiet) {
    const part = entities[character] ?? character
    length += part.length
    parts.push(part)
    // One place is kept for the mark, in case there is more.
    if (length <= max - 1) written += part
  }
  return length <= max ? parts.join('') : `${written.trimEnd()}…`
}

/** As {@link echo}, in a fixed font. Back ticks would end it. */
export function code(text: string, max = 300): string {
  const inside = echo(text.replaceAll('`', "'"), max).trim()
  return inside === '' ? '``' : `\`${inside}\``
}

const longestAddress = 1000

/** A link; only its text where the address is no web address, or too long to be sent. */
export function link(address: string, text: string): string {
  if (!URL.canParse(address)) return echo(text)
  const { protocol, href } = new URL(address)
  const safe = href.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('&', '&amp;')
  const isWeb = protocol === 'https:' || protocol === 'http:'
  return isWeb && safe.length <= longestAddress ? `<${safe}|${echo(text, 100)}>` : echo(text)
}

/** An instant in each reader's own time zone; in UTC where Slack cannot. */
export function instant(iso: string): string {
  const seconds = Math.floor(Date.parse(iso) / 1000)
  return Number.isFinite(seconds) ? `<!date^${seconds}^{date_short_pretty} {time_secs}|${echo(iso)}>` : echo(iso)
}
