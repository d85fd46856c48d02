import { createMemoryDeploymentStore } from '../../../../shared/adapters/memory/deployment-store.ts'
import { describeDeploymentStore } from '../../../contract/deployment-store.ts'

describeDeploymentStore('memory', async () => createMemoryDeploymentStore())
