import { createMemoryPropagation } from '../../../../shared/adapters/memory/propagation.ts'
import { describePropagation } from '../../../contract/propagation.ts'

describePropagation('memory', async () => createMemoryPropagation())
