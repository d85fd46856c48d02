import type { Page, PageRequest } from '../../shared/ports/page.ts'

/** Reads a list page by page to its end. @throws If it does not end within 100 pages. */
export async function readAll<T>(
  list: (page: PageRequest) => Promise<Page<T>>,
  limit: number,
): Promise<{ readonly items: readonly T[]; readonly sizes: readonly number[] }> {
  const items: T[] = []
  const sizes: number[] = []
  let cursor: string | null = null
  for (let pages = 0; pages < 100; pages++) {
    const page: Page<T> = await list({ limit, cursor })
    items.push(...page.items)
    sizes.push(page.items.length)
    cursor = page.nextCursor
    if (cursor === null) return { items, sizes }
  }
  throw new Error('the list did not end within 100 pages')
}
