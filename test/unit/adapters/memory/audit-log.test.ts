import { createMemoryAuditLog } from '../../../../shared/adapters/memory/audit-log.ts'
import { describeAuditLog } from '../../../contract/audit-log.ts'

describeAuditLog('memory', async () => {
  const audit = createMemoryAuditLog()
  return () => audit
})
