/**
 * A copy of plain JSON that shares nothing with `value`: what a store keeps must not change when its caller's object
 * does. By way of text, so that whatever no database would bring back (`undefined`, functions) is lost here too.
 */
export function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value))
}
