/**
 * What a caller may be on a service. `viewer` looks; `deployer` starts and steers deployments; `approver` decides what
 * waits for a person; `admin` says what can be deployed and who may do what. See `commands.ts` for what each may do.
 */
export const roles = ['viewer', 'deployer', 'approver', 'admin'] as const

export type Role = (typeof roles)[number]
