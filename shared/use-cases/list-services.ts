import type { Deps } from '../deps.ts'
import type { Service } from '../domain/service.ts'
import type { Page, PageRequest } from '../ports/page.ts'

/** Those whose names `sees` takes, by name. @throws {ValidationError} If the cursor is not one of ours. */
export function listServices(
  deps: Pick<Deps, 'services'>,
  page: PageRequest,
  sees: (service: string) => boolean,
): Promise<Page<Service>> {
  return deps.services.list(page, sees)
}
