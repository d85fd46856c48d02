import type { Deps } from '../deps.ts'
import { NotFoundError } from '../domain/errors.ts'
import type { Service } from '../domain/service.ts'

/** @throws {NotFoundError} If there is no such service. */
export async function readService(deps: Pick<Deps, 'services'>, name: string): Promise<Service> {
  const service = await deps.services.get(name)
  if (!service) throw new NotFoundError(`there is no service "${name}"; register it with PUT /v1/services/${name}`)
  return service
}
