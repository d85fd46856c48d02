/**
 * Waits until `probe` gives something, looking again after each turn of the event loop. For answers that come over
 * real sockets or files; local time is moved by a manual clock instead.
 *
 * @param looks - How often it looks at most, 5 real milliseconds after the last answer. Default 1000.
 * @throws {Error} After the last look, naming `what`.
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  looks = 1000,
): Promise<T> {
  for (let look = 0; look < looks; look++) {
    const found = await probe()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`${what} did not come`)
}
