import { createMemoryLeases } from '../../../../shared/adapters/memory/leases.ts'
import { describeLeases } from '../../../contract/lease.ts'

describeLeases('memory', async (clock) => createMemoryLeases(clock))
