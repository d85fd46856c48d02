import type { z } from 'zod'
import type { LocalClock } from '../clock.ts'
import type { DataDir } from '../data-dir.ts'
import { type Faults, faultsSchema } from './faults.ts'
import { findOperationSchema } from './protocol/schema-lookup.ts'
import type { RequestLog } from './request-log.ts'
import type { AwsService, Persistent, RawAwsService } from './service.ts'

/** What `/_local/…` shows and changes. */
export interface LocalApiOptions {
  readonly services: readonly AwsService[]
  readonly rawServices: readonly RawAwsService[]
  readonly states: readonly Persistent[]
  readonly dataDir: DataDir
  readonly clock: LocalClock
  readonly faults: Faults
  readonly requestLog: RequestLog
}

export interface LocalAnswer {
  readonly status: number
  readonly body: object
}

type LocalRoute = (request: {
  readonly query: URLSearchParams
  readonly body: Buffer
}) => LocalAnswer | Promise<LocalAnswer>

/** The endpoint's own paths, beside AWS's: faults, reset, clock, request log, state. */
export function createLocalApi(options: LocalApiOptions) {
  const routes = routesOf(options)
  return {
    /** Whether the path is the endpoint's own. `/moto-api/reset` is what test suites written for moto call. */
    owns: (path: string) => path === '/_local' || path.startsWith('/_local/') || path.startsWith('/moto-api/'),
    async handle(method: string, url: URL, body: Buffer): Promise<LocalAnswer> {
      const route = routes[`${method} ${url.pathname}`]
      if (route) return route({ query: url.searchParams, body })
      const allowed = Object.keys(routes).filter((key) => key.endsWith(` ${url.pathname}`))
      if (allowed.length > 0) {
        return problem(
          405,
          `${url.pathname} takes ${allowed.map((key) => key.split(' ')[0]).join(', ')}, not ${method}`,
        )
      }
      return problem(404, `there is no ${method} ${url.pathname}; there are ${Object.keys(routes).join(', ')}`)
    },
  }
}

function routesOf(options: LocalApiOptions): Record<string, LocalRoute> {
  const { clock, dataDir, faults, requestLog, states } = options
  const showFaults = (): LocalAnswer => ({ status: 200, body: { faults: faults.list() } })
  const reset = async (): Promise<LocalAnswer> => {
    faults.replace([])
    for (const state of states) {
      await state.reset()
      await dataDir.save(state)
    }
    requestLog.clear()
    return { status: 200, body: { status: 'ok' } }
  }
  return {
    'GET /_local/faults': showFaults,
    'PUT /_local/faults': ({ body }) => {
      const parsed = parseFaults(body, options)
      if ('status' in parsed) return parsed
      faults.replace(parsed.faults, parsed.seed)
      return showFaults()
    },
    'DELETE /_local/faults': () => {
      faults.replace([])
      return showFaults()
    },
    'POST /_local/reset': reset,
    'POST /moto-api/reset': reset,
    'GET /_local/clock': () => {
      const now = clock.now()
      return {
        status: 200,
        body: { now: new Date(now).toISOString(), speed: clock.speed, aheadMs: Math.round(now - Date.now()) },
      }
    },
    'GET /_local/requests': ({ query }) => {
      const after = query.get('after')
      if (after !== null && !/^\d{1,15}$/.test(after)) return problem(400, `after must be a seq, not '${after}'`)
      return { status: 200, body: { items: requestLog.list(after === null ? 0 : Number(after)) } }
    },
    'GET /_local/state': () => ({
      status: 200,
      body: Object.fromEntries(states.map((state) => [state.name, state.save()])),
    }),
  }
}

/** Names every wrong field. A fault for a service or an operation that does not exist would never hit, so it is refused. */
function parseFaults(body: Buffer, options: LocalApiOptions): z.output<typeof faultsSchema> | LocalAnswer {
  let document: unknown
  try {
    document = JSON.parse(body.toString('utf8'))
  } catch (error) {
    return problem(400, `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  const parsed = faultsSchema.safeParse(document)
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
    return problem(422, 'the faults are not valid', errors)
  }
  const errors = parsed.data.faults.flatMap(({ service: name, action }, index) => {
    if (name === undefined) return []
    const service = options.services.find((candidate) => candidate.signingName === name)
    if (!service) {
      const names = [...options.services, ...options.rawServices].map((known) => known.signingName)
      return names.includes(name)
        ? []
        : [{ path: `faults.${index}.service`, message: `must be one of ${names.join(', ')}` }]
    }
    if (action === undefined || findOperationSchema(service, action)) return []
    return [{ path: `faults.${index}.action`, message: `${name} has no operation ${action}` }]
  })
  return errors.length > 0 ? problem(422, 'the faults are not valid', errors) : parsed.data
}

function problem(status: number, detail: string, errors?: readonly { path: string; message: string }[]): LocalAnswer {
  return { status, body: { status, detail, ...(errors && { errors }) } }
}
