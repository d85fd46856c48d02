import { toCanonicalText } from '../canonical-text.ts'
import type { DeploymentRequest } from '../deployment-request.ts'
import type { Gate } from '../gates/gate.ts'
import type { Service } from '../service.ts'
import type { Strategy } from '../strategy.ts'
import type { Command } from './commands.ts'

/**
 * What a caller must be allowed to start `request`. Overriding a finding, and leaving out an approval or a gate that the
 * service asks for, take more than starting: a deployer alone could else undo what protects the service.
 *
 * @param service - As it is registered.
 */
export function commandsOfStart(request: DeploymentRequest, service: Pick<Service, 'strategy' | 'gates'>): Command[] {
  const weakens =
    (request.override ?? []).length > 0 ||
    (request.strategy !== undefined && dropsApproval(service.strategy, request.strategy)) ||
    (request.gates !== undefined && dropsGate(service.gates, request.gates))
  return weakens ? ['start-deployment', 'override-safeguards'] : ['start-deployment']
}

/** Only the very strategy of the service keeps its approvals for certain. */
function dropsApproval(own: Strategy, asked: Strategy): boolean {
  return own.type === 'steps' && own.steps.some((step) => step.approval) && !isSame(own, asked)
}

/** Gates that only observe decide nothing. */
function dropsGate(own: readonly Gate[], asked: readonly Gate[]): boolean {
  return own.some((gate) => gate.mode === 'enforce' && !asked.some((other) => isSame(gate, other)))
}

function isSame(a: unknown, b: unknown): boolean {
  return toCanonicalText(a) === toCanonicalText(b)
}
