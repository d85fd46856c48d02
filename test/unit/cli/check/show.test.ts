import { expect, it } from 'vitest'
import { showReport } from '../../../../cli/check/show.ts'

it.each([
  [0, '0 deployments checked\n'],
  [1, '1 deployment checked\n'],
  [12, '12 deployments checked\n'],
])('says in a line that all of %i could be checked', (checked, says) => {
  expect(showReport({ checked, failed: [] })).toBe(says)
})

it('lists those that could not be, in columns, and lets none of them move the cursor', () => {
  const failed = [
    { id: 'dep_01KDVDNC00000000000000WEB1', reason: 'Rate exceeded' },
    { id: 'dep_2', reason: 'two\nlines \u001b[2J' },
  ]
  expect(showReport({ checked: 3, failed })).toBe(
    [
      '3 deployments checked, 2 of them could not be',
      '',
      '  deployment                      why it could not be checked',
      '  dep_01KDVDNC00000000000000WEB1  Rate exceeded',
      '  dep_2                           two\\u000alines \\u001b[2J',
      '',
    ].join('\n'),
  )
})
