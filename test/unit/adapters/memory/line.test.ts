import { createMemoryLine } from '../../../../shared/adapters/memory/line.ts'
import { describeLine } from '../../../contract/line.ts'

describeLine('memory', async () => createMemoryLine())
