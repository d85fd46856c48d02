import type { Actor } from './deployment.ts'

/** What every command on a deployment carries. */
export interface CommandInput {
  readonly actor: Actor
  readonly reason?: string
  /** Refuse (409) unless the deployment is at this version. */
  readonly expectedVersion?: number
  /** Refuse (409 with the current one) unless this step, counted from 0, is the current one. */
  readonly expectedStep?: number
}

export interface AbortInput extends CommandInput {
  /** True: go back even where stable could not carry what comes back. Default false. */
  readonly force?: boolean
}

export interface PauseInput extends CommandInput {
  /** How long until the pause ends by rolling back. Local seconds, default 86400; 0: it never does. */
  readonly timeoutSeconds: number
}

export interface ResumeInput extends CommandInput {
  /** What to do with a change that somebody else made: keep it as the new truth, or write ours over it. */
  readonly drift?: 'adopt' | 'overwrite'
}

export interface PromoteInput extends CommandInput {
  /** True: to 100 % now. False: the next step now. */
  readonly full: boolean
}
