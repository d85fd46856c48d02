import { describe, expect, it } from 'vitest'
import { decideShowing, type ShownMessage } from '../../../shared/domain/shown-message.ts'
import { aDeployment } from '../../support/builders.ts'

const nowMs = 1_000_000
const { settings } = aDeployment()
const silent = { version: 3, settings }
const told = { version: 3, settings: { ...settings, notify: { slackChannel: 'C0TOLD' } } }
const posted: ShownMessage = { revision: 2, channel: 'C0WEB', ts: '1.000100', version: 3, work: null }
const writing = (kind: 'post' | 'update', leftMs: number) => ({ kind, untilMs: nowMs + leftMs })

describe('what is shown of a deployment', () => {
  it.each<[string, Parameters<typeof decideShowing>[0], ReturnType<typeof decideShowing>]>([
    ['is nothing where nobody asked', { shown: null, deployment: silent, askedIn: null, nowMs }, { type: 'nothing' }],
    [
      'is posted where the service says, whoever asked elsewhere',
      { shown: null, deployment: told, askedIn: 'C0ASK', nowMs },
      { type: 'post', channel: 'C0TOLD' },
    ],
    [
      'is posted where somebody asked',
      { shown: null, deployment: silent, askedIn: 'C0ASK', nowMs },
      { type: 'post', channel: 'C0ASK' },
    ],
    ['is enough as it is', { shown: posted, deployment: told, askedIn: 'C0ASK', nowMs }, { type: 'nothing' }],
    [
      'is never older than what it shows',
      { shown: { ...posted, version: 4 }, deployment: told, askedIn: null, nowMs },
      { type: 'nothing' },
    ],
    [
      'is updated where it is',
      { shown: { ...posted, version: 2 }, deployment: told, askedIn: null, nowMs },
      { type: 'update', channel: 'C0WEB', ts: '1.000100' },
    ],
    [
      'is posted anew in its channel where it is gone',
      { shown: { ...posted, ts: null }, deployment: told, askedIn: null, nowMs },
      { type: 'post', channel: 'C0WEB' },
    ],
    [
      'waits for who writes it',
      { shown: { ...posted, version: 2, work: writing('update', 1) }, deployment: told, askedIn: null, nowMs },
      { type: 'wait' },
    ],
    [
      'waits for who posts it',
      { shown: { ...posted, ts: null, work: writing('post', 1) }, deployment: told, askedIn: null, nowMs },
      { type: 'wait' },
    ],
    [
      'is updated after who died over that',
      { shown: { ...posted, version: 2, work: writing('update', 0) }, deployment: told, askedIn: null, nowMs },
      { type: 'update', channel: 'C0WEB', ts: '1.000100' },
    ],
    [
      'is not posted after who died over that: it may be there',
      { shown: { ...posted, ts: null, work: writing('post', 0) }, deployment: told, askedIn: null, nowMs },
      { type: 'nothing' },
    ],
  ])('%s', (_, question, showing) => expect(decideShowing(question)).toEqual(showing))
})
