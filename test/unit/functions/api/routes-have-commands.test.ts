import { expect, it } from 'vitest'
import { routeCommands } from '../../../../shared/domain/access/commands.ts'
import { createMemoryApi } from '../../../support/memory-api.ts'

it('says of every route below /v1 which command it is', () => {
  const { app } = createMemoryApi()
  const routes = app.routes.filter(({ method, path }) => method !== 'ALL' && path.startsWith('/v1/'))
  const names = [...new Set(routes.map(({ method, path }) => `${method} ${path}`))]
  expect(names.length).toBeGreaterThan(15)
  expect(names.filter((name) => !Object.hasOwn(routeCommands, name))).toEqual([])
})
