/** How deep a body may be nested. A service is about eight deep. */
export const deepestJson = 32

/**
 * Whether JSON text nests deeper than `most`, told from its brackets: before anything is built of it, and without recursion.
 * Text that is no JSON gets some answer; whoever parses it refuses it.
 */
export function isDeeperThan(text: string, most: number): boolean {
  let depth = 0
  let isInText = false
  for (let index = 0; index < text.length; index++) {
    const letter = text[index]
    if (isInText) {
      if (letter === '\\') index++
      else if (letter === '"') isInText = false
    } else if (letter === '"') isInText = true
    else if (letter === '{' || letter === '[') {
      depth++
      if (depth > most) return true
    } else if (letter === '}' || letter === ']') depth--
  }
  return false
}
