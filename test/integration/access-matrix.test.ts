import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Command, type CommandRule, commands, routeCommands } from '../../shared/domain/access/commands.ts'
import { roles } from '../../shared/domain/access/role.ts'
import { aDeployment, aService } from '../support/builders.ts'
import { type Caller, openCallers } from '../support/callers.ts'
import { createMemoryApi } from '../support/memory-api.ts'
import { aboutOf, type RouteCase, routeTable } from '../support/route-table.ts'

let callers: Awaited<ReturnType<typeof openCallers>>
beforeAll(async () => {
  callers = await openCallers()
})
afterAll(() => callers.close())

/** What became of one request: the status, and what the audit says of it. */
interface Outcome {
  readonly status: number
  readonly audit: readonly string[]
}

/** Sends the request of `one` as `caller`, to an API of its own. */
async function send(one: RouteCase, caller: Caller): Promise<Outcome> {
  const { app, deps } = createMemoryApi({ mode: 'lambda' })
  await callers.introduce(deps)
  await deps.services.put(aService())
  if (!one.idle) {
    const { id } = await deps.deployments.create(aDeployment(one.state ?? {}))
    await deps.deployments.takePointer('web', id)
  }
  const [method = ''] = one.route.split(' ')
  const headers = {
    'Idempotency-Key': 'run-1',
    ...(one.body !== undefined && { 'Content-Type': 'application/json' }),
    ...(caller.authorization !== undefined && { Authorization: caller.authorization }),
  }
  const init = { method, headers, ...(one.body !== undefined && { body: JSON.stringify(one.body) }) }
  const authorizer = caller.userArn === undefined ? {} : { iam: { userArn: caller.userArn } }
  const env = { event: { requestContext: { authorizer } } }
  const { status } = await app.request(`https://api.example.com${aboutOf(one).path}${one.query ?? ''}`, init, env)
  const { items } = await deps.audit.list({ order: 'oldest-first' }, { limit: 10, cursor: null })
  return {
    status,
    audit: items.map((entry) => [entry.outcome, entry.command, entry.service, entry.deployment].join(' ')),
  }
}

function expected(one: RouteCase, { letters, services }: Caller): Outcome {
  if (letters === null) return { status: 401, audit: [] }
  const { service, deployment } = aboutOf(one)
  const covered = services === '*' || one.scope === 'list' || (one.scope === 'service' && services === service)
  const says = (outcome: string, command: string) => [outcome, command, service, deployment].join(' ')
  const missing = one.commands.find(([, may]) => !covered || ![...letters].some((letter) => may.includes(letter)))
  if (missing) return { status: 403, audit: [says('refused', missing[0])] }
  return { status: one.status, audit: one.looks ? [] : one.commands.map(([command]) => says('allowed', command)) }
}

async function rowOf(one: RouteCase, who: readonly Caller[]) {
  const outcomes: Record<string, Outcome> = {}
  for (const caller of who) outcomes[caller.name] = await send(one, caller)
  return outcomes
}

const nameOf = (one: RouteCase) => (one.with ? `${one.route} with ${one.with}` : one.route)

describe('who may do what, over HTTP', () => {
  it('is said of every route of the app', () => {
    const served = createMemoryApi().app.routes.filter(({ method, path }) => method !== 'ALL' && path.startsWith('/v1'))
    const names = served.map(({ method, path }) => `${method} ${path}`)
    expect([...new Set(routeTable.map(({ route }) => route))].sort()).toEqual([...new Set(names)].sort())
    expect(Object.keys(routeCommands).sort()).toEqual([...new Set(names)].sort())
  })

  it.each(routeTable.map((one) => ({ name: nameOf(one), one })))('$name', async ({ one }) => {
    const { all } = callers
    const wanted = Object.fromEntries(all.map((caller) => [caller.name, expected(one, caller)]))
    expect(await rowOf(one, all)).toEqual(wanted)
  })
})

describe('a change of one cell of the table shows over HTTP', () => {
  const table: Record<Command, CommandRule> = commands
  const cells = (Object.keys(commands) as Command[]).flatMap((command) => roles.map((role) => ({ command, role })))

  it.each(cells)('$command for $role', async ({ command, role }) => {
    const row = table[command]
    const flipped = row.roles.includes(role) ? row.roles.filter((one) => one !== role) : [...row.roles, role]
    const cases = routeTable.filter((one) => one.commands.some(([name]) => name === command))
    const who = callers.known.filter(({ name }) => name.startsWith('a job with'))
    expect(cases.length).toBeGreaterThan(0)
    table[command] = { ...row, roles: flipped }
    try {
      for (const one of cases) {
        const wanted = Object.fromEntries(who.map((caller) => [caller.name, expected(one, caller)]))
        expect(await rowOf(one, who)).not.toEqual(wanted)
      }
    } finally {
      table[command] = row
    }
  })
})
