import type { RecordSet } from '../../domain/record-set.ts'
import type { RecordPage, RecordStart } from '../../ports/hosted-zones.ts'

/**
 * All record sets of one name and type. They stand together in Route 53's order, so as a rule one page holds them.
 *
 * @param page - One request each.
 */
export async function readRecordGroup(
  page: (from: RecordStart) => Promise<RecordPage>,
  { name, type }: { readonly name: string; readonly type: string },
): Promise<readonly RecordSet[]> {
  const isOurs = (record: RecordSet | undefined) => record?.name === name && record.type === type
  const found: RecordSet[] = []
  let from: RecordStart | null = { name, type }
  while (from !== null) {
    const { records, next }: RecordPage = await page(from)
    found.push(...records.filter(isOurs))
    from = isOurs(records.at(-1)) ? next : null
  }
  return found
}
