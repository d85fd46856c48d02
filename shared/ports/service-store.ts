import type { Service } from '../domain/service.ts'
import type { Page, PageRequest } from './page.ts'

/** Keeps services and which service each resource belongs to. */
export interface ServiceStore {
  /** Strongly consistent. */
  get(name: string): Promise<Service | null>
  /**
   * Saves `service`, whose `revision` is the one that was read (0: it must not exist yet), as the revision one above.
   * @returns The saved service.
   * @throws {ConflictError} If it changed since it was read.
   */
  put(service: Service): Promise<Service>
  /** Deletes it; nothing if it is gone already. @throws {ConflictError} If it changed since `revision` was read. */
  delete(name: string, revision: number): Promise<void>
  /**
   * By name.
   *
   * @param sees - Of which services, by name. Others are in no page and no cursor, whose text anybody can read. Default: all.
   */
  list(page: PageRequest, sees?: (service: string) => boolean): Promise<Page<Service>>
  /** Makes `service` the owner of `resource`. @returns The owner afterwards: `service`, or whoever had it before. */
  claim(resource: string, service: string): Promise<string>
  /** Gives up `resource` if `service` owns it. */
  release(resource: string, service: string): Promise<void>
}
