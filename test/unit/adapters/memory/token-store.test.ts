import { createMemoryTokenStore } from '../../../../shared/adapters/memory/token-store.ts'
import { describeTokenStore } from '../../../contract/token-store.ts'

describeTokenStore('memory', async () => createMemoryTokenStore())
