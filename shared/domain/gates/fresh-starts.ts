import type { Plan } from '../plan.ts'

const leastSeconds = 3600

/**
 * Over how long a comparison spreads its fresh starts. Approvals, pauses and prolonged steps make most deployments longer
 * than planned, and after the last start a late fault is found later; a time that is too long costs next to nothing.
 */
export function freshStartSeconds({ minimumSeconds }: Pick<Plan, 'minimumSeconds'>): number {
  return Math.max(leastSeconds, 2 * minimumSeconds)
}
