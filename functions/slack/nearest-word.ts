import { distance } from 'fastest-levenshtein'

/** No word of ours is longer; what is far longer is no misspelling of one. */
const longestWord = 64

/**
 * The word that was probably meant; null if none is near: at most a third of the letters, or one, may be wrong.
 * The first of several that are as near.
 */
export function nearestWord(typed: string, words: readonly string[]): string | null {
  if (typed.length > longestWord) return null
  const limit = Math.max(1, Math.floor(typed.length / 3))
  const near = words
    .map((word) => ({ word, edits: distance(typed.toLowerCase(), word.toLowerCase()) }))
    .filter(({ edits }) => edits <= limit)
    .sort((one, other) => one.edits - other.edits)
  return near[0]?.word ?? null
}
