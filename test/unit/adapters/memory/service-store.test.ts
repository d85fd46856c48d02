import { createMemoryServiceStore } from '../../../../shared/adapters/memory/service-store.ts'
import { describeServiceStore } from '../../../contract/service-store.ts'

describeServiceStore('memory', async () => createMemoryServiceStore())
