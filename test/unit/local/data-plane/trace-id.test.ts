import { expect, it } from 'vitest'
import { createTraceIds } from '../../../../local/data-plane/trace-id.ts'

it('makes distinct ids in the form that AWS documents', () => {
  const next = createTraceIds()
  const ids = Array.from({ length: 1000 }, next)
  expect(new Set(ids).size).toBe(1000)
  for (const id of ids) expect(id).toMatch(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/)
})
