import * as z from 'zod'
import { UpstreamError } from '../../shared/domain/errors.ts'
import type { AuditLog } from '../../shared/ports/audit-log.ts'
import { type Api, readFromApi } from '../api.ts'
import { toEntry } from './entry.ts'

/** An entry may hold two whole documents, and an answer of a Lambda function 6 MB. */
const mostEntries = 20

const aPage = z.looseObject({ items: z.array(z.unknown()), nextCursor: z.nullable(z.string()) })

/** The audit as the API shows it. */
export function createApiAudit(api: Api): Pick<AuditLog, 'list'> {
  return {
    async list(query, { limit, cursor }) {
      const parameters = new URLSearchParams({
        ...query,
        limit: String(Math.min(limit, mostEntries)),
        ...(cursor !== null && { cursor }),
      })
      const page = aPage.safeParse(await readFromApi(api, `/v1/audit?${parameters}`))
      const items = page.success ? page.data.items.map(toEntry) : [null]
      const whole = items.filter((item) => item !== null)
      if (!page.success || whole.length < items.length)
        throw new UpstreamError(`${api.url} answered no audit; is SLUICE_URL right?`)
      return { items: whole, nextCursor: page.data.nextCursor }
    },
  }
}
