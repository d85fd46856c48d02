import { createMemoryHookStatus } from '../../../../shared/adapters/memory/hook-status.ts'
import { describeHookStatus } from '../../../contract/hook-status.ts'

describeHookStatus('in memory', async () => {
  const hookStatus = createMemoryHookStatus()
  let begun = 0
  return {
    hookStatus,
    async begin() {
      const hook = { deploymentId: `d-${++begun}`, executionId: `hook-${begun}` }
      hookStatus.begin(hook.deploymentId, hook.executionId)
      return hook
    },
    stop: async (deploymentId) => hookStatus.stop(deploymentId),
  }
})
