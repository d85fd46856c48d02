import type { CommandWord } from './command.ts'

/** What was wrong with a command, for the person who typed it. Their own words in it are not escaped yet. */
export interface UsageHint {
  readonly problem: string
  /** What they probably meant to type in place of the wrong word; null if nothing is near. */
  readonly nearest: string | null
  /** The command whose usage helps; null when no command was recognised. */
  readonly about: CommandWord | null
}

/** Thrown and caught inside the parser: a command that cannot be understood. */
export class Misuse extends Error {
  override readonly name = 'Misuse'
  constructor(
    message: string,
    readonly nearest: string | null = null,
  ) {
    super(message)
  }
}

const longestQuote = 60

/** A person's own word in a sentence, cut where it is long. */
export function quote(word: string): string {
  return word.length > longestQuote ? `"${word.slice(0, longestQuote)}…"` : `"${word}"`
}
