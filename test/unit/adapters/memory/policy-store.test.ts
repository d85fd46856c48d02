import { createMemoryPolicyStore } from '../../../../shared/adapters/memory/policy-store.ts'
import { describePolicyStore } from '../../../contract/policy-store.ts'

describePolicyStore('memory', async () => createMemoryPolicyStore())
