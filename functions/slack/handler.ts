import { handle } from 'hono/aws-lambda'
import { composeSlack } from '../../shared/compose-slack.ts'
import { loadConfig } from '../../shared/config.ts'
import { createConnectedApp } from './connected-app.ts'

const deps = composeSlack(loadConfig(process.env))
const app = createConnectedApp(deps)
// The first Request of a process loads Node's own HTTP classes, 30–45 ms; here Lambda pays with the burst CPU of init. A
// secret that cannot be read yet is asked for again by the first request.
await Promise.all([app.request('/'), deps.signingSecret().catch(() => undefined)])

export const handler = handle(app)
