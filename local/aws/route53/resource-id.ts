import { randomInt } from 'node:crypto'

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** An id as Route 53 makes them: `Z` or `C` and twenty capitals and digits. */
export function newId(first: 'Z' | 'C'): string {
  return first + Array.from({ length: 20 }, () => letters.charAt(randomInt(letters.length))).join('')
}

/** Without the prefix that the API answers ids with: `/hostedzone/Z1`, `/change/C1`. */
export function bareId(id: string): string {
  return id.replace(/^\/?(hostedzone|change|delegationset|healthcheck)\//, '')
}
