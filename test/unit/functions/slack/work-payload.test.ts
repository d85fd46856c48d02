import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseWorkPayload, toWorkPayload } from '../../../../functions/slack/work-payload.ts'
import { InvariantError } from '../../../../shared/domain/errors.ts'
import { anyCommand } from '../../../support/slack-commands.ts'

const caller = { teamId: 'T1', userId: 'U1', channelId: 'C1' }
const origin = { caller, triggerId: '1.2.abc', responseUrl: 'https://hooks.slack.com/commands/1' }
const payload = { command: 'status web', expectedStep: null, confirmed: false, message: null, ...origin }

it('is the same work after it crossed to another function', () => {
  const message = fc.option(fc.constant({ channel: 'C1', ts: '1.000100' }), { nil: null })
  const expectedStep = fc.option(fc.nat(49), { nil: null })
  fc.assert(
    fc.property(anyCommand, expectedStep, fc.boolean(), message, (command, step, confirmed, place) => {
      const work = { command, expectedStep: step, confirmed, message: place, ...origin }
      expect(parseWorkPayload(JSON.parse(JSON.stringify(toWorkPayload(work))))).toEqual(work)
    }),
  )
})

it.each([
  { name: 'nothing', given: undefined },
  { name: 'a command of another version', given: { ...payload, command: 'teleport web' } },
  { name: 'a command that is no text', given: { ...payload, command: { word: 'status' } } },
  { name: 'nobody who asked', given: { ...payload, caller: undefined } },
  { name: 'a user without an id', given: { ...payload, caller: { ...caller, userId: '' } } },
  { name: 'a step that is none', given: { ...payload, expectedStep: -1 } },
])('is not $name', ({ given }) => {
  expect(() => parseWorkPayload(given)).toThrow(InvariantError)
})
