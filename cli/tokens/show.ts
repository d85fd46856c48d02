import * as z from 'zod'
import { whyOver } from '../../shared/domain/api-token.ts'
import { toPrintable } from '../judge/printable.ts'

/** What the commands need of an answer; the rest of it is printed with `--json` as it came. */
export const aShownToken = z.looseObject({
  id: z.string(),
  name: z.string(),
  expiresAt: z.string(),
  lastUsedAt: z.nullable(z.string()),
  revoked: z.nullable(z.looseObject({ at: z.string() })),
})

export type ShownToken = Pick<z.output<typeof aShownToken>, 'id' | 'name' | 'expiresAt' | 'lastUsedAt' | 'revoked'>

/** Tokens for people, a line each. @param nowMs - Milliseconds since the epoch. */
export function showTokens(tokens: readonly ShownToken[], nowMs: number): string {
  if (tokens.length === 0) return 'there are no API tokens\n'
  const rows = tokens.map((token) => [token.id, toState(token, nowMs), token.lastUsedAt ?? 'never used', token.name])
  const table = [['id', 'good until', 'last used', 'for'], ...rows].map((row) => row.map(toPrintable))
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length))) ?? []
  return table
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function toState({ revoked, expiresAt }: ShownToken, nowMs: number): string {
  if (revoked) return `revoked ${revoked.at}`
  return whyOver({ revoked: null, expiresAt }, nowMs) === null ? expiresAt : `ran out ${expiresAt}`
}
