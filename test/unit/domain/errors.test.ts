import { describe, expect, it } from 'vitest'
import * as errors from '../../../shared/domain/errors.ts'

describe('the error taxonomy', () => {
  it.each(Object.entries(errors))(
    '%s carries its class as a name that no bundler changes, and its cause',
    (name, Class) => {
      const cause = new Error('the network went away')
      // Some take details between the message and the options.
      const takesDetails = Class === errors.ValidationError || Class === errors.ConflictError
      const error = takesDetails
        ? new (Class as typeof errors.ConflictError)('it failed', {}, { cause })
        : new (Class as typeof errors.NotFoundError)('it failed', { cause })
      expect(error).toMatchObject({ name, message: 'it failed', cause })
    },
  )

  it('says whether a refused document could be read at all', () => {
    expect(new errors.ValidationError('broken', [], { unparsable: true }).unparsable).toBe(true)
    expect(new errors.ValidationError('wrong').unparsable).toBe(false)
    expect(new errors.ValidationError('wrong').problems).toEqual([])
  })

  it('says whether a call that may be repeated did nothing', () => {
    expect(new errors.TransientError('throttled', { refused: true }).refused).toBe(true)
    expect(new errors.TransientError('timed out').refused).toBe(false)
    expect(new errors.ConflictError('moved').current).toEqual({})
  })

  it('says whether there was a token that is not good', () => {
    expect(new errors.UnauthorizedError('it ran out', { tokenRefused: true }).tokenRefused).toBe(true)
    expect(new errors.UnauthorizedError('nobody').tokenRefused).toBe(false)
  })

  it('names everything that stands in the way of a command, where that is more than one thing', () => {
    const problems = [{ path: 'routes[0]', message: 'was changed' }]
    expect(new errors.ConflictError('refused', {}, { problems }).problems).toEqual(problems)
    expect(new errors.ConflictError('moved').problems).toEqual([])
  })
})
