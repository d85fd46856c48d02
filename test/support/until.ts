/**
 * Waits until `probe` gives something, looking again after each turn of the event loop. For answers that come over
 * real sockets or files; local time is moved by a manual clock instead.
 *
 * @throws {Error} After about five real seconds, naming `what`.
 */
export async function until<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let look = 0; look < 1000; look++) {
    const found = await probe()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`${what} did not come`)
}
