import { createNotify } from '../functions/notify/create-notify.ts'
import { createRollbackCheck } from '../functions/rollback-check/handler.ts'
import { createSlackWork } from '../functions/slack-work/create-slack-work.ts'
import { createBake } from '../functions/steps/bake.ts'
import { createClose } from '../functions/steps/close.ts'
import { createEvaluateGates } from '../functions/steps/evaluate-gates.ts'
import { createNeedsAttention } from '../functions/steps/needs-attention.ts'
import { createPrepare } from '../functions/steps/prepare.ts'
import { createRollBack } from '../functions/steps/roll-back.ts'
import { createShiftTraffic } from '../functions/steps/shift-traffic.ts'
import type { Task } from '../functions/steps/task.ts'
import { createVerifyCanary } from '../functions/steps/verify-canary.ts'
import type { Deps } from '../shared/deps.ts'

/** The Tasks of the state machine by state name: the functions that ship, on the dependencies given. */
export function createTasks(deps: Deps): Record<string, Task> {
  return {
    Prepare: createPrepare(deps),
    VerifyCanary: createVerifyCanary(deps),
    ShiftTraffic: createShiftTraffic(deps),
    Bake: createBake(deps),
    EvaluateGates: createEvaluateGates(deps),
    RollBack: createRollBack(deps),
    Close: createClose(deps),
    NeedsAttention: createNeedsAttention(deps),
  }
}

/** Everything that is called by name: the Tasks, what the API and Slack ask for, and what follows the table. */
export function createFunctions(deps: Deps): Record<string, Task> {
  return {
    ...createTasks(deps),
    RollbackCheck: createRollbackCheck(deps),
    SlackWork: createSlackWork(deps),
    Notify: createNotify(deps),
  }
}
