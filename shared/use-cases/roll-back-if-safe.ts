import type { Deps } from '../deps.ts'
import type { Cause, Deployment } from '../domain/deployment.ts'
import type { Drift } from '../domain/drift.ts'
import { changeDeployment } from './change-deployment.ts'
import { rollBack } from './roll-back.ts'
import { findUnsafeStable } from './safe-side.ts'

/**
 * Rolls back for a reason of Sluice's own (a gate, drift, a workflow that died), unless stable could not carry what comes
 * back while the canary still serves: then only a person can weigh it, so the deployment halts and one is called. Once
 * the rollback was decided, it is only carried out.
 *
 * @param drift - What somebody else changed, where that is the reason.
 * @returns The record, ended or halted.
 * @throws Whatever {@link rollBack} throws.
 */
export async function rollBackIfSafe(
  deps: Deps,
  deployment: Deployment,
  cause: Cause,
  drift?: Drift,
): Promise<Deployment> {
  const unsafe = deployment.goal === 'plan' ? await findUnsafeStable(deps, deployment) : null
  return unsafe === null
    ? rollBack(deps, deployment.id, cause, drift)
    : haltAsUnsafe(deps, deployment, { cause, unsafe, drift })
}

export interface UnsafeRollback {
  readonly cause: Cause
  /** Why stable is not the safe side, in a sentence. */
  readonly unsafe: string
  readonly drift?: Drift | undefined
}

/** Leaves the deployment where it is, and calls a person, once. */
export async function haltAsUnsafe(
  deps: Deps,
  deployment: Deployment,
  { cause, unsafe, drift }: UnsafeRollback,
): Promise<Deployment> {
  const reason = `${cause.reason}; not rolled back, a person must weigh it: ${unsafe}`
  let isNew = false
  const halted = await changeDeployment(deps, deployment.id, (newest) => {
    isNew = newest.goal === 'plan' && newest.endedAt === null && newest.hold?.kind !== 'halted'
    return isNew ? { type: 'halt', cause: { ...cause, reason }, ...(drift && { drift }) } : null
  })
  if (isNew) await deps.notifier.page(halted, reason)
  return halted
}
