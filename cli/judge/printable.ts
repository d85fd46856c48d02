/**
 * Text from outside as a person may see it: without characters that move a terminal's cursor, change its colours or begin
 * another line.
 */
export function toPrintable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
