import { expect, it } from 'vitest'
import { createChangeLog } from '../../../../../local/aws/route53/change-log.ts'

it('keeps the last 2,000 changes', () => {
  const log = createChangeLog(() => 0, 30)
  const ids = Array.from({ length: 2001 }, () => log.add().Id ?? '')
  expect(new Set(ids).size).toBe(2001)
  expect(() => log.get(ids[0] ?? '')).toThrow(expect.objectContaining({ code: 'NoSuchChange', status: 404 }))
  expect(log.get(ids[1] ?? '').Status).toBe('PENDING')
  expect(log.save()).toHaveLength(2000)
})

it('is in sync at once where no delay is wanted', () => {
  const log = createChangeLog(() => 0, 0)
  expect(log.add('now')).toEqual({ Id: expect.any(String), Status: 'INSYNC', SubmittedAt: new Date(0), Comment: 'now' })
})
