/** A text word by word, and what is left of it as it was typed. */
export interface Words {
  /** The next word in lower case; null at the end. Phones begin a message with a capital letter. */
  peek(): string | null
  /** The next word as it was typed; null at the end. */
  take(): string | null
  /** Everything that was not taken, trimmed, its inner spaces and line ends as typed. Nothing is left after it. */
  takeRest(): string
}

export function readWords(text: string): Words {
  let left = text.trim()
  const next = () => /^\S+/.exec(left)?.[0] ?? null
  return {
    peek: () => next()?.toLowerCase() ?? null,
    take() {
      const word = next()
      left = left.slice(word?.length ?? 0).trim()
      return word
    },
    takeRest() {
      const rest = left
      left = ''
      return rest
    },
  }
}
