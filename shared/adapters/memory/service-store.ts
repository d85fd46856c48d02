import { ConflictError } from '../../domain/errors.ts'
import type { Service } from '../../domain/service.ts'
import type { ServiceStore } from '../../ports/service-store.ts'
import { buildPage, fromCursor } from '../page.ts'
import { copyOf } from './copy.ts'

/** Services in memory, for tests. */
export function createMemoryServiceStore(): ServiceStore {
  const services = new Map<string, Service>()
  const owners = new Map<string, string>()
  const expect = (name: string, revision: number) => {
    const stored = services.get(name)?.revision ?? 0
    if (stored !== revision)
      throw new ConflictError(
        `service ${name} changed since it was read (revision ${revision} then, ${stored} now); read it again`,
        { service: name, revision: stored },
      )
  }
  return {
    async get(name) {
      return copyOf(services.get(name) ?? null)
    },
    async put(service) {
      expect(service.name, service.revision)
      const saved = copyOf({ ...service, revision: service.revision + 1 })
      services.set(service.name, saved)
      return copyOf(saved)
    },
    async delete(name, revision) {
      if (!services.has(name)) return
      expect(name, revision)
      services.delete(name)
    },
    async list(page, sees = () => true) {
      const after = fromCursor('services', page.cursor)
      const found = [...services.values()]
        .filter(({ name }) => (after === null || name > after) && sees(name))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
      return buildPage('services', { found: copyOf(found), limit: page.limit, placeOf: (service) => service.name })
    },
    async claim(resource, service) {
      const owner = owners.get(resource) ?? service
      owners.set(resource, owner)
      return owner
    },
    async release(resource, service) {
      if (owners.get(resource) === service) owners.delete(resource)
    },
  }
}
