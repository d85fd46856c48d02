import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDestructive, printCommand, type SlackCommand } from '../../../../functions/slack/command.ts'
import { parseCommand } from '../../../../functions/slack/parse-command.ts'
import { anyCommand } from '../../../support/slack-commands.ts'

const id = 'dep_01KDVDNC00000000000000WEB1'
const web = { kind: 'service', name: 'web' } as const
const dep = { kind: 'deployment', id } as const
const canary = { type: 'canary', percent: 10, intervalSeconds: 1800, bakeSeconds: 600 } as const

const understood: { text: string; command: SlackCommand }[] = [
  { text: 'deploy web', command: { word: 'deploy', service: 'web' } },
  { text: 'deploy web to green', command: { word: 'deploy', service: 'web', to: 'green' } },
  { text: 'deploy web canary 10% 30m', command: { word: 'deploy', service: 'web', strategy: canary } },
  { text: 'deploy web canary 10 30m', command: { word: 'deploy', service: 'web', strategy: canary } },
  {
    text: 'deploy web to green canary 10% 30m because release 42',
    command: { word: 'deploy', service: 'web', to: 'green', strategy: canary, reason: 'release 42' },
  },
  {
    text: 'deploy web canary 2.5% 90s 1h to blue',
    command: {
      word: 'deploy',
      service: 'web',
      to: 'blue',
      strategy: { type: 'canary', percent: 2.5, intervalSeconds: 90, bakeSeconds: 3600 },
    },
  },
  {
    text: 'deploy web linear 10% 5m',
    command: {
      word: 'deploy',
      service: 'web',
      strategy: { type: 'linear', percent: 10, intervalSeconds: 300, bakeSeconds: 600 },
    },
  },
  {
    text: 'deploy web blue-green',
    command: { word: 'deploy', service: 'web', strategy: { type: 'blue-green', bakeSeconds: 600 } },
  },
  {
    text: 'deploy web blue-green 0s',
    command: { word: 'deploy', service: 'web', strategy: { type: 'blue-green', bakeSeconds: 0 } },
  },
  {
    text: 'deploy web CodeDeployDefault.ECSAllAtOnce',
    command: { word: 'deploy', service: 'web', strategy: { type: 'preset', name: 'CodeDeployDefault.ECSAllAtOnce' } },
  },
  {
    text: 'deploy web lambdacanary10percent5minutes',
    command: {
      word: 'deploy',
      service: 'web',
      strategy: { type: 'preset', name: 'CodeDeployDefault.LambdaCanary10Percent5Minutes' },
    },
  },
  { text: 'plan web', command: { word: 'plan', service: 'web' } },
  {
    text: 'plan web to blue canary 10% 30m',
    command: { word: 'plan', service: 'web', to: 'blue', strategy: canary },
  },
  { text: 'status', command: { word: 'status' } },
  { text: 'status web', command: { word: 'status', target: web } },
  { text: `status ${id}`, command: { word: 'status', target: dep } },
  { text: 'approve web', command: { word: 'approve', target: web } },
  { text: `approve ${id} looks good`, command: { word: 'approve', target: dep, reason: 'looks good' } },
  { text: 'approve web because I say so', command: { word: 'approve', target: web, reason: 'I say so' } },
  { text: 'reject web 5xx on /pay', command: { word: 'reject', target: web, reason: '5xx on /pay' } },
  { text: 'promote web', command: { word: 'promote', target: web, full: false } },
  { text: 'promote web full', command: { word: 'promote', target: web, full: true } },
  {
    text: 'promote web full because it is fine',
    command: { word: 'promote', target: web, full: true, reason: 'it is fine' },
  },
  { text: 'pause web', command: { word: 'pause', target: web } },
  {
    text: 'pause web 2h because lunch',
    command: { word: 'pause', target: web, timeoutSeconds: 7200, reason: 'lunch' },
  },
  { text: 'pause web lunch', command: { word: 'pause', target: web, reason: 'lunch' } },
  { text: 'resume web', command: { word: 'resume', target: web } },
  { text: 'resume web adopt', command: { word: 'resume', target: web, drift: 'adopt' } },
  {
    text: 'resume web OVERWRITE because it was me',
    command: { word: 'resume', target: web, drift: 'overwrite', reason: 'it was me' },
  },
  { text: 'abort web', command: { word: 'abort', target: web, force: false } },
  { text: 'abort web errors  rise', command: { word: 'abort', target: web, force: false, reason: 'errors  rise' } },
  { text: `abort ${id} force`, command: { word: 'abort', target: dep, force: true } },
  {
    text: 'abort web because force majeure',
    command: { word: 'abort', target: web, force: false, reason: 'force majeure' },
  },
  { text: 'rollback web', command: { word: 'rollback', service: 'web', force: false } },
  {
    text: 'rollback web dep_01KDVDNC000000000000000099 force',
    command: { word: 'rollback', service: 'web', of: 'dep_01KDVDNC000000000000000099', force: true },
  },
  {
    text: 'rollback web force because it burns',
    command: { word: 'rollback', service: 'web', force: true, reason: 'it burns' },
  },
  { text: 'help', command: { word: 'help' } },
  { text: 'help deploy', command: { word: 'help' } },
  { text: '', command: { word: 'help' } },
  { text: '  \n ', command: { word: 'help' } },
  { text: '  DePloy \t web   To\nGREEN ', command: { word: 'deploy', service: 'web', to: 'green' } },
]

const misunderstood: { text: string; problem: string; nearest: string | null; about: string | null }[] = [
  { text: 'depoly web', problem: 'there is no command "depoly"', nearest: 'deploy', about: null },
  { text: 'aprove web', problem: 'there is no command "aprove"', nearest: 'approve', about: null },
  { text: 'roll-back web', problem: 'there is no command "roll-back"', nearest: 'rollback', about: null },
  { text: 'make coffee', problem: 'there is no command "make"', nearest: null, about: null },
  { text: '<!channel>', problem: 'there is no command "<!channel>"', nearest: null, about: null },
  {
    text: 'deploy',
    problem: 'the name of a service must come next, and nothing does',
    nearest: null,
    about: 'deploy',
  },
  {
    text: 'deploy Web',
    problem: '"Web" is no name of a service: lower-case letters, digits and hyphens, a letter first',
    nearest: null,
    about: 'deploy',
  },
  {
    text: 'deploy web to gren',
    problem: 'blue or green must come after "to", not "gren"',
    nearest: 'green',
    about: 'deploy',
  },
  {
    text: 'deploy web to',
    problem: 'blue or green must come after "to", and nothing does',
    nearest: null,
    about: 'deploy',
  },
  { text: 'deploy web to blue to green', problem: '"to" is there twice', nearest: null, about: 'deploy' },
  { text: 'deploy web green', problem: '"green" is not understood here', nearest: 'to green', about: 'deploy' },
  { text: 'deploy web canry 10% 30m', problem: '"canry" is not understood here', nearest: 'canary', about: 'deploy' },
  { text: 'deploy web release 42', problem: '"release" is not understood here', nearest: null, about: 'deploy' },
  {
    text: 'deploy web canary',
    problem: 'a percentage must come next, such as 10%, and nothing does',
    nearest: 'canary 10% 30m',
    about: 'deploy',
  },
  {
    text: 'deploy web canary 10.25% 30m',
    problem: 'a percentage must come next, such as 10%, not "10.25%"',
    nearest: 'canary 10% 30m',
    about: 'deploy',
  },
  {
    text: 'deploy web canary 10% 30',
    problem: 'the time at each weight must come next, such as 30m, not "30"',
    nearest: 'canary 10% 30m',
    about: 'deploy',
  },
  {
    text: 'deploy web canary 100% 30m',
    problem: "the strategy's percent must be above 0 and below 100, not 100; for all at once take blue-green",
    nearest: null,
    about: 'deploy',
  },
  {
    text: 'deploy web linear 10% 8d',
    problem: "the strategy's intervalSeconds must be whole seconds from 0 to 604800 (7 days), not 691200",
    nearest: null,
    about: 'deploy',
  },
  { text: 'plan web canary 10% 5m linear 10% 5m', problem: 'two strategies are there', nearest: null, about: 'plan' },
  { text: 'plan web because', problem: '"because" is not understood here', nearest: 'because', about: 'plan' },
  {
    text: 'abort',
    problem: 'a service, or the id of a deployment, must come next, and nothing does',
    nearest: null,
    about: 'abort',
  },
  {
    text: 'abort dep_123',
    problem: '"dep_123" is no id of a deployment: dep_ and 26 capitals and digits',
    nearest: null,
    about: 'abort',
  },
  { text: 'abort web forse', problem: '"forse" is not understood here', nearest: 'force', about: 'abort' },
  {
    text: 'abort web force pushed a bad setting',
    problem: '"pushed" is not understood here',
    nearest: null,
    about: 'abort',
  },
  { text: 'promote web full speed', problem: '"speed" is not understood here', nearest: null, about: 'promote' },
  { text: 'promote web ful', problem: '"ful" is not understood here', nearest: 'full', about: 'promote' },
  { text: 'resume web overwite', problem: '"overwite" is not understood here', nearest: 'overwrite', about: 'resume' },
  {
    text: 'pause web 30',
    problem: '"30" is no time to pause for: write 30m or 2h, at most 30d',
    nearest: null,
    about: 'pause',
  },
  {
    text: 'pause web 31d',
    problem: '"31d" is no time to pause for: write 30m or 2h, at most 30d',
    nearest: null,
    about: 'pause',
  },
  {
    text: 'approve web because',
    problem: 'the reason must come after "because", and nothing does',
    nearest: null,
    about: 'approve',
  },
  {
    text: `reject web ${'x'.repeat(1001)}`,
    problem: 'a reason has at most 1000 characters, and this one has 1001',
    nearest: null,
    about: 'reject',
  },
  { text: 'status web now', problem: '"now" is not understood here', nearest: null, about: 'status' },
  {
    text: `status ${'x'.repeat(70)}`,
    problem: `"${'x'.repeat(60)}…" is no name of a service: lower-case letters, digits and hyphens, a letter first`,
    nearest: null,
    about: 'status',
  },
]

describe('what a person types', () => {
  it.each(understood)('is understood: $text', ({ text, command }) => {
    expect(parseCommand(text)).toEqual({ ok: true, command })
  })

  it.each(misunderstood)('is answered with a hint: $text', ({ text, ...hint }) => {
    expect(parseCommand(text)).toEqual({ ok: false, hint })
  })

  it('is understood or answered with a hint, whatever it is', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.oneof(fc.string(), fc.constantFrom('deploy', 'web', 'to', 'canary', '10%', '30m', 'abort', 'because', id)),
        )
        .map((parts) => parts.join(' ')),
    )
    fc.assert(
      fc.property(anyText, (text) => {
        const parsed = parseCommand(text)
        expect(parsed.ok ? parsed.command.word : parsed.hint.problem).toMatch(/./)
      }),
      { numRuns: 1000 },
    )
  })

  it('is the same command again when a command was printed', () => {
    fc.assert(
      fc.property(anyCommand, (command) => {
        expect(parseCommand(printCommand(command))).toEqual({ ok: true, command })
      }),
      { numRuns: 1000 },
    )
  })
})

it('asks again about what ends a deployment, skips its plan or overrules somebody, and about nothing else', () => {
  const asked = understood.filter(({ command }) => isDestructive(command)).map(({ text }) => text)
  expect(asked).toEqual([
    'reject web 5xx on /pay',
    'promote web full',
    'promote web full because it is fine',
    'resume web OVERWRITE because it was me',
    'abort web',
    'abort web errors  rise',
    `abort ${id} force`,
    'abort web because force majeure',
    'rollback web',
    'rollback web dep_01KDVDNC000000000000000099 force',
    'rollback web force because it burns',
  ])
})
