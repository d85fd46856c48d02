/**
 * Whether `text` has the form of `pattern`, as a whole and by case. `*` stands for any run of characters without `/` and
 * `:`, which separate the parts of refs, paths and ARNs, so that a pattern for one part cannot reach into the next; `**`
 * stands for any run. Everything else stands for itself.
 *
 * Takes time in proportion to both lengths at most: whoever calls chooses the text.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const tokens = pattern.match(/\*\*|[\s\S]/gu) ?? []
  // reached[i]: what was read so far can be matched by the first i tokens.
  let reached = skipStars(tokens, [true])
  for (const character of text) {
    const next: boolean[] = []
    tokens.forEach((token, i) => {
      if (reached[i] && consumes(token, character)) next[isStar(token) ? i : i + 1] = true
    })
    reached = skipStars(tokens, next)
  }
  return reached[tokens.length] === true
}

const isStar = (token: string) => token === '*' || token === '**'

function consumes(token: string, character: string): boolean {
  if (token === '**') return true
  return token === '*' ? character !== '/' && character !== ':' : token === character
}

/** A star may stand for nothing. */
function skipStars(tokens: readonly string[], reached: boolean[]): boolean[] {
  tokens.forEach((token, i) => {
    if (reached[i] && isStar(token)) reached[i + 1] = true
  })
  return reached
}
