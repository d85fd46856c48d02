import { handle } from 'hono/aws-lambda'
import { compose } from '../../shared/compose.ts'
import { loadConfig } from '../../shared/config.ts'
import { createApi } from './app.ts'

const app = createApi(compose(loadConfig(process.env)))
// The first Request of a process loads Node's own HTTP classes, 30–45 ms; here Lambda pays with the burst CPU of init.
await app.request('/healthz')

export const handler = handle(app)
