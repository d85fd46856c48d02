const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const

type Unit = keyof typeof unitSeconds

const longestFirst: readonly Unit[] = ['d', 'h', 'm', 's']

/**
 * A duration as people type it: a whole number and its unit, `30s`, `10m`, `2h` or `7d`.
 *
 * @returns Seconds, from 0 on; null if it is no duration. A number without its unit is none: nobody could say of what.
 */
export function parseDuration(text: string): number | null {
  const match = /^([0-9]{1,9})([smhd])$/.exec(text.toLowerCase())
  return match ? Number(match[1]) * unitSeconds[match[2] as Unit] : null
}

/**
 * Seconds in the largest unit that holds a whole number of them: 5400 is `90m`, 90 is `90s`. Parsed, it is the same again.
 *
 * @param seconds - Whole, from 0 on.
 */
export function printDuration(seconds: number): string {
  const unit = longestFirst.find((one) => seconds > 0 && seconds % unitSeconds[one] === 0) ?? 's'
  return `${seconds / unitSeconds[unit]}${unit}`
}
