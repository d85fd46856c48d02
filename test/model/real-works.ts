import { createClose } from '../../functions/steps/close.ts'
import { createRollBack } from '../../functions/steps/roll-back.ts'
import type { Deps } from '../../shared/deps.ts'
import { type Cause, isFinal } from '../../shared/domain/deployment.ts'
import { ConflictError, TransientError } from '../../shared/domain/errors.ts'
import { abort } from '../../shared/use-cases/abort.ts'
import { bake } from '../../shared/use-cases/bake.ts'
import { checkOpenDeployments } from '../../shared/use-cases/check-open-deployments.ts'
import { evaluateGates } from '../../shared/use-cases/evaluate-gates.ts'
import { rollBackIfSafe } from '../../shared/use-cases/roll-back-if-safe.ts'
import { shiftTraffic } from '../../shared/use-cases/shift-traffic.ts'
import { aDeployer } from '../support/builders.ts'
import type { ProcessName } from './state.ts'

/** The one deployment of a real world. */
export const id = 'dep_01KDVDNC00000000000000WEB1'

const byGate: Cause = { type: 'gate', gate: 'errors', reason: 'too many errors' }

/** What each process of the model is in the code. */
export const works: Readonly<Record<ProcessName, (deps: Deps) => Promise<unknown>>> = {
  workflow: runWorkflow,
  abort: (deps) =>
    abort(
      {
        ...deps,
        rollBackInvoker: {
          async rollBack(deploymentId, cause) {
            await createRollBack(deps)({ deploymentId, cause })
            return 'restored'
          },
        },
      },
      id,
      { actor: aDeployer, reason: 'enough' },
    ),
  async gate(deps) {
    const deployment = await deps.deployments.load(id)
    if (deployment && !isFinal(deployment.phase)) await rollBackIfSafe(deps, deployment, byGate)
  },
  check: checkOpenDeployments,
}

/** The tasks of the state machine in its order, each tried again when it throws what a retry cures. */
async function runWorkflow(deps: Deps): Promise<void> {
  const tasks = {
    async bake(): Promise<string> {
      let isDue = false
      const wake = async () => {
        isDue = true
      }
      await bake({ ...deps, workflow: { ...deps.workflow, wake } }, id, 'token')
      return isDue ? 'verdict' : 'asleep'
    },
    verdict: async () => (await evaluateGates(deps, id)).next,
    shift: async () => (await shiftTraffic(deps, id)).next,
    'roll-back': async () => {
      await createRollBack(deps)({ deploymentId: id })
      return 'close'
    },
    close: async () => {
      await createClose(deps)({ deploymentId: id })
      return 'asleep'
    },
  }
  let next = 'bake'
  while (next !== 'asleep') {
    const task = Object.entries(tasks).find(([name]) => name === next)?.[1]
    if (!task) throw new Error(`the workflow knows no "${next}"`)
    try {
      next = await task()
    } catch (error) {
      if (!(error instanceof TransientError || error instanceof ConflictError)) throw error
    }
  }
}
