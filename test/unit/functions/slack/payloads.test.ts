import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printButtonValue } from '../../../../functions/slack/buttons.ts'
import { parseClick, parseSlashCommand } from '../../../../functions/slack/payloads.ts'
import { ValidationError } from '../../../../shared/domain/errors.ts'
import { anyCommand } from '../../../support/slack-commands.ts'
import { aClick, aClickForm, aSlashForm } from '../../../support/slack-payloads.ts'
import { publishedExample } from '../../../support/slack-signature.ts'

const bytes = (text: string) => Buffer.from(text)
const anAction = (overrides: object) => ({ ...aClick().actions[0], ...overrides })
const problemOf = (parse: () => unknown) => {
  try {
    parse()
  } catch (error) {
    if (error instanceof ValidationError) return { unparsable: error.unparsable, problems: error.problems }
    throw error
  }
  return 'parsed'
}

describe('a slash command', () => {
  it("is read from Slack's published example", () => {
    expect(parseSlashCommand(bytes(publishedExample.body))).toEqual({
      slashCommand: '/webhook-collect',
      text: '',
      caller: { teamId: 'T1DC2JH3J', userId: 'U2CERLKJA', channelId: 'G8PSS9T3V' },
      triggerId: '398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
      responseUrl: 'https://hooks.slack.com/commands/T1DC2JH3J/397700885554/96rGlfmibIGlgcZRskXaIFfN',
    })
  })

  it.each([
    { typed: 'abort web a &lt;b&gt; &amp;amp; c', text: 'abort web a <b> &amp; c' },
    { typed: 'reject web + 100 % & ä 🚦', text: 'reject web + 100 % & ä 🚦' },
  ])('has the text as it was typed: $typed', ({ typed, text }) => {
    expect(parseSlashCommand(bytes(aSlashForm({ text: typed }))).text).toBe(text)
  })

  it('may have no text', () => {
    expect(parseSlashCommand(bytes(aSlashForm({ text: null }))).text).toBe('')
  })

  it.each([
    {
      name: 'nothing',
      body: bytes(''),
      paths: ['command', 'team_id', 'user_id', 'channel_id', 'trigger_id', 'response_url'],
    },
    {
      name: 'a click',
      body: bytes(aClickForm()),
      paths: ['command', 'team_id', 'user_id', 'channel_id', 'trigger_id', 'response_url'],
    },
    { name: 'no user', body: bytes(aSlashForm({ user_id: null })), paths: ['user_id'] },
    { name: 'a user that is no id', body: bytes(aSlashForm({ user_id: 'U1|admin' })), paths: ['user_id'] },
    { name: 'no team', body: bytes(aSlashForm({ team_id: '' })), paths: ['team_id'] },
    { name: 'an empty trigger id', body: bytes(aSlashForm({ trigger_id: '' })), paths: ['trigger_id'] },
    { name: 'a field twice', body: bytes(`${aSlashForm()}&user_id=U0ADMIN`), paths: ['user_id'] },
    { name: 'bytes that are no text', body: Buffer.from([0x74, 0x3d, 0xff, 0xfe]), paths: [''] },
  ])('is not $name', ({ body, paths }) => {
    const found = problemOf(() => parseSlashCommand(body))
    expect(found).toMatchObject({ unparsable: true })
    expect(found === 'parsed' ? [] : found.problems.map(({ path }) => path)).toEqual(paths)
  })
})

describe('a click', () => {
  it('is the command of its button, by the user of the workspace', () => {
    expect(parseClick(bytes(aClickForm()))).toEqual({
      command: {
        word: 'promote',
        target: { kind: 'deployment', id: 'dep_01KDVDNC00000000000000WEB1' },
        full: false,
      },
      expectedStep: 0,
      confirmed: true,
      caller: { teamId: 'T1DC2JH3J', userId: 'U2CERLKJA', channelId: 'G8PSS9T3V' },
      triggerId: '398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703d',
      responseUrl: 'https://hooks.slack.com/actions/T1DC2JH3J/397700885555/96rGlfmibIGlgcZRskXaIFfN',
      message: { channel: 'G8PSS9T3V', ts: '1767227400.000100' },
    })
  })

  it('is the command that any button was made with', () => {
    const step = fc.option(fc.nat(49), { nil: null })
    fc.assert(
      fc.property(anyCommand, step, (command, expectedStep) => {
        const value = printButtonValue(command, expectedStep)
        const form = aClickForm({ actions: [anAction({ value })] })
        expect(parseClick(bytes(form))).toMatchObject({ command, expectedStep })
      }),
    )
  })

  it.each([
    { name: 'of another company in a shared channel', user: { id: 'U9', team_id: 'T9OTHER' }, teamId: 'T9OTHER' },
    { name: 'whose workspace is only beside it', user: { id: 'U9' }, teamId: 'T1DC2JH3J' },
  ])('is by a user $name', ({ user, teamId }) => {
    expect(parseClick(bytes(aClickForm({ user }))).caller).toEqual({ teamId, userId: 'U9', channelId: 'G8PSS9T3V' })
  })

  it('on a message that only its reader sees names no message to update', () => {
    const container = { type: 'message', message_ts: '1767227400.000100', channel_id: 'G8PSS9T3V', is_ephemeral: true }
    expect(parseClick(bytes(aClickForm({ container }))).message).toBeNull()
  })

  it.each([
    { name: 'no payload', form: 'text=abort', paths: ['payload'] },
    { name: 'an empty payload', form: 'payload=', paths: ['payload'] },
    { name: 'JSON cut short', form: aClickForm().slice(0, -30), paths: ['payload'] },
    { name: 'JSON that is no object', form: 'payload=null', paths: [''] },
    { name: 'two payloads', form: `${aClickForm()}&payload=null`, paths: ['payload'] },
    { name: 'a submitted view', form: aClickForm({ type: 'view_submission' }), paths: ['type'] },
    { name: 'a click without a user', form: aClickForm({ user: undefined }), paths: ['user'] },
    { name: 'a click without a workspace', form: aClickForm({ user: { id: 'U9' }, team: null }), paths: ['team'] },
    { name: 'a click without a trigger', form: aClickForm({ trigger_id: undefined }), paths: ['trigger_id'] },
    { name: 'no action', form: aClickForm({ actions: [] }), paths: ['actions'] },
    { name: 'two actions', form: aClickForm({ actions: [anAction({}), anAction({})] }), paths: ['actions'] },
    {
      name: "another app's button",
      form: aClickForm({ actions: [anAction({ action_id: 'x' })] }),
      paths: ['actions[0]'],
    },
    {
      name: 'a value without its step',
      form: aClickForm({ actions: [anAction({ value: 'abort web' })] }),
      paths: ['actions[0]'],
    },
    {
      name: 'a step that is no number',
      form: aClickForm({ actions: [anAction({ value: '1e3 abort web' })] }),
      paths: ['actions[0]'],
    },
    {
      name: 'an unknown command',
      form: aClickForm({ actions: [anAction({ value: '- destroy web' })] }),
      paths: ['actions[0]'],
    },
    {
      name: 'a value beyond what Slack takes',
      form: aClickForm({ actions: [anAction({ value: `- abort web ${'x'.repeat(2000)}` })] }),
      paths: ['actions.0.value'],
    },
  ])('is not $name', ({ form, paths }) => {
    const found = problemOf(() => parseClick(bytes(form)))
    expect(found).toMatchObject({ unparsable: true })
    expect(found === 'parsed' ? [] : found.problems.map(({ path }) => path)).toEqual(paths)
  })
})

it('reads any bytes, or says what is wrong with them', () => {
  const anyForm = fc.oneof(
    fc.uint8Array(),
    fc.string({ unit: 'binary' }).map(bytes),
    fc.json().map((json) => bytes(new URLSearchParams({ payload: json }).toString())),
    fc.dictionary(fc.string(), fc.string()).map((fields) => bytes(new URLSearchParams(fields).toString())),
  )
  fc.assert(
    fc.property(anyForm, (body) => {
      expect(problemOf(() => parseSlashCommand(body))).toMatchObject({ unparsable: true })
      expect(problemOf(() => parseClick(body))).toMatchObject({ unparsable: true })
    }),
  )
})
