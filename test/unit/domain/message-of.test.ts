import { expect, it } from 'vitest'
import { ConflictError } from '../../../shared/domain/errors.ts'
import { messageOf } from '../../../shared/domain/message-of.ts'

it.each([
  ['an error', new ConflictError('moved'), 'moved'],
  ['a word', 'stopped', 'stopped'],
  ['nothing', undefined, 'undefined'],
])('says what %s says', (_, thrown, message) => {
  expect(messageOf(thrown)).toBe(message)
})
