import type { SlackDeps } from '../../shared/compose-slack.ts'
import { createSlackApp } from './app.ts'
import { toWorkPayload } from './work-payload.ts'

/** What Slack calls, with the work handed to another function. */
export function createConnectedApp({ workStarter, ...deps }: SlackDeps) {
  return createSlackApp({ ...deps, dispatch: (work) => workStarter.start(toWorkPayload(work)) })
}
