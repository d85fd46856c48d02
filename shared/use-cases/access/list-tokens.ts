import { type ShownToken, withoutHash } from '../../domain/api-token.ts'
import type { Page, PageRequest } from '../../ports/page.ts'
import type { AccessDeps } from './access-deps.ts'

/** API tokens, the oldest first, those that ran out or were revoked too. */
export async function listTokens(deps: Pick<AccessDeps, 'tokens'>, page: PageRequest): Promise<Page<ShownToken>> {
  const { items, nextCursor } = await deps.tokens.list(page)
  return { items: items.map(withoutHash), nextCursor }
}
