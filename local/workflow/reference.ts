/** Follows a reference path of plain names (`$.Payload.sliceSeconds`). Undefined where there is nothing. */
export function readReference(json: unknown, path: string): unknown {
  let at = json
  for (const name of path.split('.').slice(1)) {
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined
  }
  return at
}
