/**
 * Does `work` for everything that `items` yields, at most `limit` at the same time: as one is done, the next begins, over
 * the ends of pages.
 *
 * @param work - Throws nothing that should stop the others: the first that throws ends the taking of new ones.
 * @returns How many there were.
 * @throws Whatever `items` or `work` threw first, once all that had begun is done.
 */
export async function forEachAtOnce<T>(
  items: AsyncGenerator<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<number> {
  let count = 0
  let isStopped = false
  const worker = async () => {
    try {
      while (!isStopped) {
        const next = await items.next()
        if (next.done) return
        count++
        await work(next.value)
      }
    } catch (error) {
      isStopped = true
      throw error
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: limit }, worker))
  for (const outcome of ended) if (outcome.status === 'rejected') throw outcome.reason
  return count
}
