import type { Deployment } from '../domain/deployment.ts'

/** Tells people. A failing notifier is logged and never stops a rollback. */
export interface Notifier {
  /** Something needs a person now: a failed rollback, a halt, an unhealthy safe side. */
  page(deployment: Deployment, message: string): Promise<void>
}
