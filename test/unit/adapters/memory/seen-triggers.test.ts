import { createMemorySeenTriggers } from '../../../../shared/adapters/memory/seen-triggers.ts'
import { describeSeenTriggers } from '../../../contract/seen-triggers.ts'

describeSeenTriggers('memory', async (clock) => createMemorySeenTriggers(clock))
