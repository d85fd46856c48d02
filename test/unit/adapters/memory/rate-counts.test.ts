import { createMemoryRateCounts } from '../../../../shared/adapters/memory/rate-counts.ts'
import { describeRateCounts } from '../../../contract/rate-counts.ts'

describeRateCounts('memory', async (clock, processes) => {
  const counts = createMemoryRateCounts(clock)
  return Array.from({ length: processes }, () => counts)
})
