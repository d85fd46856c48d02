import { createMemoryZoneChanges } from '../../../../shared/adapters/memory/zone-changes.ts'
import { describeZoneChanges } from '../../../contract/zone-changes.ts'

describeZoneChanges('memory', async (clock) => createMemoryZoneChanges(clock))
