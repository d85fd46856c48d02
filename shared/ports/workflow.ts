/** Drives deployments through the state machine. */
export interface Workflow {
  /** Starts execution number `execution` of a deployment. Starting it again is no error. */
  start(id: string, execution: number): Promise<void>
  /** Ends a waiting Task now. A token that is used up, late or unknown is ignored. */
  wake(token: string): Promise<void>
  /** `unknown`: there never was one. */
  status(id: string, execution: number): Promise<'running' | 'ended' | 'failed' | 'unknown'>
}
