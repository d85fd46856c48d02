import fc from 'fast-check'
import type { SlackCommand, Target, TypedStrategy } from '../../functions/slack/command.ts'
import { presetNames } from '../../shared/domain/strategy.ts'

const serviceName = fc.stringMatching(/^[a-z][a-z0-9-]{0,62}$/)
const deploymentId = fc.stringMatching(/^dep_[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
const target: fc.Arbitrary<Target> = fc.oneof(
  serviceName.map((name): Target => ({ kind: 'service', name })),
  deploymentId.map((id): Target => ({ kind: 'deployment', id })),
)
const slot = fc.constantFrom('blue' as const, 'green' as const)
const seconds = fc.integer({ min: 0, max: 604_800 })
const percent = fc.integer({ min: 1, max: 999 }).map((tenths) => tenths / 10)
const strategy: fc.Arbitrary<TypedStrategy> = fc.oneof(
  fc.record({ type: fc.constant('blue-green' as const), bakeSeconds: seconds }),
  fc.record({
    type: fc.constantFrom('canary' as const, 'linear' as const),
    percent,
    intervalSeconds: seconds,
    bakeSeconds: seconds,
  }),
  fc.record({ type: fc.constant('preset' as const), name: fc.constantFrom(...presetNames) }),
)
const reason = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 1000 }),
    fc.constantFrom(
      'because',
      'force',
      'full',
      'to green',
      'adopt it',
      '30m',
      'line one\nline  two',
      '<!channel> & co',
    ),
  )
  .map((text) => text.trim())
  .filter((text) => text !== '' && text.length <= 1000)

const word = <Word extends SlackCommand['word']>(...words: [Word, ...Word[]]) => fc.constantFrom(...words)
const drift = fc.constantFrom('adopt' as const, 'overwrite' as const)
const timeoutSeconds = fc.integer({ min: 0, max: 2_592_000 })
const full = fc.boolean()
const force = fc.boolean()

/** Any command that can be given. */
export const anyCommand: fc.Arbitrary<SlackCommand> = fc.oneof(
  fc.record({ word: word('deploy'), service: serviceName, to: slot, strategy, reason }, required('word', 'service')),
  fc.record({ word: word('plan'), service: serviceName, to: slot, strategy }, required('word', 'service')),
  fc.record({ word: word('status'), target }, required('word')),
  fc.record({ word: word('approve', 'reject'), target, reason }, required('word', 'target')),
  fc.record({ word: word('promote'), target, full, reason }, required('word', 'target', 'full')),
  fc.record({ word: word('pause'), target, timeoutSeconds, reason }, required('word', 'target')),
  fc.record({ word: word('resume'), target, drift, reason }, required('word', 'target')),
  fc.record({ word: word('abort'), target, force, reason }, required('word', 'target', 'force')),
  fc.record(
    { word: word('rollback'), service: serviceName, of: deploymentId, force, reason },
    required('word', 'service', 'force'),
  ),
  fc.record({ word: word('help') }),
)

function required<Name extends string>(...requiredKeys: Name[]) {
  return { requiredKeys }
}
