import type { Deps } from '../../deps.ts'

/** What showing deployments in a chat needs from outside. */
export type ChatDeps = Pick<Deps, 'deployments' | 'clock' | 'logger' | 'chat' | 'shownMessages' | 'alerts'>
