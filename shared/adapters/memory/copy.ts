/**
 * A copy of plain JSON that shares nothing with `value`: what a store keeps must not change when its caller's object
 * does. As by way of text (which takes more than twice as long), whatever no database would bring back (`undefined`,
 * functions) is lost here too.
 */
export function copyOf<T>(value: T): T {
  return copyValue(value, false) as T
}

/** A copy that nobody can change: a store may hand it out as often as it is asked for. */
export function frozenCopyOf<T>(value: T): T {
  return copyValue(value, true) as T
}

function copyValue(value: unknown, isFrozen: boolean): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'object' || value === null) return value
  if ('toJSON' in value && typeof value.toJSON === 'function') return copyValue(value.toJSON(), isFrozen)
  const copy = Array.isArray(value) ? copyArray(value, isFrozen) : copyObject(value, isFrozen)
  return isFrozen ? Object.freeze(copy) : copy
}

function copyArray(value: readonly unknown[], isFrozen: boolean): unknown[] {
  return value.map((member) => (isText(member) ? copyValue(member, isFrozen) : null))
}

/** `fromEntries` makes a member of every key: assigned, `__proto__` would be the object's prototype instead. */
function copyObject(value: object, isFrozen: boolean): Record<string, unknown> {
  const members = Object.entries(value).filter(([, member]) => isText(member))
  return Object.fromEntries(members.map(([key, member]) => [key, copyValue(member, isFrozen)]))
}

/** Whether JSON has words for it. */
function isText(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol'
}
