import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { presentDeployment } from '../../../../functions/api/present.ts'
import {
  acceptedMessage,
  confirmationMessage,
  helpMessage,
  hintMessage,
  planMessage,
  refusalMessage,
  statusMessage,
} from '../../../../functions/slack/answers.ts'
import type { DeploymentDocument } from '../../../../functions/slack/buttons.ts'
import { isDestructive } from '../../../../functions/slack/command.ts'
import { deploymentMessage } from '../../../../functions/slack/messages.ts'
import { parseCommand } from '../../../../functions/slack/parse-command.ts'
import { type Phase, phases } from '../../../../shared/domain/deployment.ts'
import { aDeployment, someMeasures } from '../../../support/builders.ts'
import { anyCommand } from '../../../support/slack-commands.ts'
import { expectSendable, markupOf } from '../../../support/slack-message.ts'

const id = 'dep_01KDVDNC00000000000000WEB1'
const present = (overrides: Parameters<typeof aDeployment>[0] = {}, measures = someMeasures()) =>
  presentDeployment({ deployment: aDeployment(overrides), measures, queue: null }, 'https://sluice.example')

const baking = present(
  {
    phase: 'baking',
    stage: 'baking',
    weight: 10,
    effectiveWeight: 10,
    nextActionAt: '2026-01-01T00:30:00.000Z',
    links: { build: 'https://ci.example/run?id=1&try=2' },
    findings: [{ id: 'alarm-no-data:p99', severity: 'warning', title: 'No data', detail: 'alarm "p99" has none' }],
    approvals: [{ by: 'ada', at: '2026-01-01T00:00:10.000Z', step: 0 }],
  },
  someMeasures({
    observedWeight: 9.7,
    gates: [
      {
        name: 'errors',
        kind: 'compare',
        mode: 'enforce',
        verdict: 'pass',
        reason: 'no more errors than stable',
        evidence: {},
        judgedAt: '2026-01-01T00:01:00.000Z',
      },
    ],
  }),
)

const text = (value: string) => ({ type: 'mrkdwn', text: value, verbatim: true })
const plain = (value: string) => ({ type: 'plain_text', text: value, emoji: false })
const buttonsOf = (message: ReturnType<typeof deploymentMessage>) =>
  message.blocks.flatMap((block) => (block.type === 'actions' && 'elements' in block ? block.elements : []))
const valuesOf = (message: ReturnType<typeof deploymentMessage>) =>
  buttonsOf(message).map((element) => ('value' in element ? element.value : undefined))

describe('the message of a deployment', () => {
  it('shows phase, weights, gates, findings, approvals, links and what can be done', () => {
    expect(deploymentMessage(baking)).toEqual({
      text: 'web: baking at 10 %',
      blocks: [
        { type: 'header', text: plain('web: baking at 10 %') },
        {
          type: 'section',
          text: text(
            '`██░░░░░░░░░░░░░░░░░░` 10 % to green, 90 % to blue; 9.7 % observed\n' +
              '*Step* 1 of 2 · *next* <!date^1767227400^{date_short_pretty} {time_secs}|2026-01-01T00:30:00.000Z>',
          ),
        },
        { type: 'section', text: text(':white_check_mark: *pass* `errors` no more errors than stable') },
        { type: 'section', text: text(':warning: *warning* No data: alarm "p99" has none') },
        {
          type: 'section',
          text: text(
            ':ballot_box_with_check: ada approved step 1, <!date^1767225610^{date_short_pretty} {time_secs}|2026-01-01T00:00:10.000Z>',
          ),
        },
        {
          type: 'context',
          elements: [
            text(`\`${id}\` · \`git:3f2a91c\` · by ci · release 42`),
            text(
              `<https://sluice.example/#/deployments/${id}|console> · <https://ci.example/run?id=1&amp;try=2|build>`,
            ),
          ],
        },
        {
          type: 'actions',
          elements: [
            {
              type: 'button',
              action_id: 'sluice.promote',
              text: plain('Promote'),
              value: `0 promote ${id}`,
              style: 'primary',
            },
            { type: 'button', action_id: 'sluice.pause', text: plain('Pause'), value: `- pause ${id}` },
            {
              type: 'button',
              action_id: 'sluice.abort',
              text: plain('Abort'),
              value: `- abort ${id}`,
              style: 'danger',
              confirm: {
                title: plain('Abort web?'),
                text: plain('All traffic goes back to blue. 10 % of its traffic is on green now.'),
                confirm: plain('Abort'),
                deny: plain('Cancel'),
                style: 'danger',
              },
            },
          ],
        },
      ],
    })
  })

  it('says why it ended, and offers nothing any more', () => {
    const message = deploymentMessage(
      present({
        phase: 'rolled-back',
        cause: { type: 'gate', gate: 'errors', reason: '5 % of requests failed' },
        endedAt: '2026-01-01T00:05:00.000Z',
      }),
    )
    expect(markupOf(message)[1]).toBe(
      '`░░░░░░░░░░░░░░░░░░░░` 0 % to green, 100 % to blue\n' +
        '*Step* 1 of 2 · *ended* <!date^1767225900^{date_short_pretty} {time_secs}|2026-01-01T00:05:00.000Z>\n' +
        '*Why* gate `errors`: 5 % of requests failed',
    )
    expect(buttonsOf(message)).toEqual([])
  })

  const offered: Record<Phase, readonly string[]> = {
    queued: [`- abort ${id}`],
    preparing: [`- abort ${id}`],
    verifying: [`- abort ${id}`],
    shifting: [`- abort ${id}`],
    baking: [`1 promote ${id}`, `- pause ${id}`, `- abort ${id}`],
    'awaiting-approval': [`1 approve ${id}`, `1 reject ${id}`, `- abort ${id}`],
    paused: [`- resume ${id}`, `- abort ${id}`],
    halted: [`- resume ${id}`, `- abort ${id}`],
    'rolling-back': [],
    succeeded: [],
    'rolled-back': [],
    aborted: [],
    superseded: [],
    rejected: [],
    'rollback-failed': [],
  }
  it.each(phases)('offers what the phase allows: %s', (phase) => {
    expect(valuesOf(deploymentMessage(present({ phase, step: 1, weight: 50 })))).toEqual(offered[phase])
  })

  it('asks how to go on after drift', () => {
    const message = deploymentMessage(present({ phase: 'halted', cause: { type: 'drift', reason: 'by hand' } }))
    expect(valuesOf(message)).toEqual([`- resume ${id} adopt`, `- resume ${id} overwrite`, `- abort ${id}`])
  })

  it.each(phases)(
    'has buttons whose commands are understood, and a question before each destructive one: %s',
    (phase) => {
      for (const cause of [null, { type: 'drift' as const, reason: 'by hand' }])
        for (const element of buttonsOf(deploymentMessage(present({ phase, cause })))) {
          const value = 'value' in element ? String(element.value) : ''
          const parsed = parseCommand(value.slice(value.indexOf(' ')))
          expect(parsed.ok && isDestructive(parsed.command)).toBe('confirm' in element)
        }
    },
  )

  it.each([
    { weight: 0, bar: '░'.repeat(20) },
    { weight: 0.1, bar: `█${'░'.repeat(19)}` },
    { weight: 50, bar: `${'█'.repeat(10)}${'░'.repeat(10)}` },
    { weight: 99.9, bar: `${'█'.repeat(19)}░` },
    { weight: 100, bar: '█'.repeat(20) },
  ])('draws a weight of $weight as a bar that is full and empty only where that is so', ({ weight, bar }) => {
    expect(markupOf(deploymentMessage(present({ phase: 'shifting', weight })))[1]).toContain(`\`${bar}\``)
  })
})

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4000 }),
  fc.constantFrom(
    '<!channel>',
    '<@U123>',
    '@here & @everyone',
    '</a>&amp;',
    '`code`',
    '<https://evil|x>',
    '&'.repeat(5000),
  ),
)
const nastyDocument: fc.Arbitrary<DeploymentDocument> = fc
  .record({
    phase: fc.constantFrom(...phases),
    service: nasty,
    weight: fc.integer({ min: 0, max: 1000 }).map((tenths) => tenths / 10),
    reason: nasty,
    texts: fc.array(nasty, { maxLength: 80 }),
    address: fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), nasty),
  })
  .map(({ phase, service, weight, reason, texts, address }) =>
    present(
      {
        phase,
        service,
        weight,
        reason,
        revisionLabel: reason,
        cause: { type: 'gate', gate: reason, reason, actor: { kind: 'slack', name: reason } },
        findings: texts.map((one) => ({ id: one, severity: 'error', title: one, detail: one })),
        approvals: texts.map((one, step) => ({ by: one, at: '2026-01-01T00:00:00.000Z', step })),
        links: Object.fromEntries(texts.map((one) => [one, address])),
        createdBy: { kind: 'slack', name: reason },
      },
      someMeasures({
        gates: texts.map((one) => ({
          name: one,
          kind: 'probe',
          mode: 'observe',
          verdict: 'no-data',
          reason: one,
          evidence: {},
          judgedAt: '2026-01-01T00:00:00.000Z',
        })),
      }),
    ),
  )

describe('every message', () => {
  it('of a deployment can be sent, and what it echoes is only text', () => {
    fc.assert(fc.property(nastyDocument, (deployment) => expectSendable(deploymentMessage(deployment))))
  })

  it('of a list can be sent, and what it echoes is only text', () => {
    fc.assert(
      fc.property(fc.array(nastyDocument, { maxLength: 30 }), (list) => expectSendable(statusMessage(list))),
      { numRuns: 20 },
    )
  })

  it('about a command can be sent, and what it echoes is only text', () => {
    fc.assert(
      fc.property(anyCommand, nastyDocument, (command, deployment) => {
        expectSendable(acceptedMessage(command))
        if (isDestructive(command)) expectSendable(confirmationMessage(command, deployment))
      }),
    )
  })

  it('of a refusal or a hint can be sent, and what it echoes is only text', () => {
    fc.assert(
      fc.property(nasty, nasty, (one, other) => {
        expectSendable(refusalMessage('Not allowed', one, [other]))
        const parsed = parseCommand(one)
        if (!parsed.ok) expectSendable(hintMessage('/sluice', parsed.hint))
        expectSendable(hintMessage('/sluice', { problem: one, nearest: other, about: 'deploy' }))
      }),
    )
  })
})

describe('an answer', () => {
  it('helps with every word', () => {
    const message = helpMessage('/sluice')
    expectSendable(message)
    expect(markupOf(message)).toEqual([
      'What Sluice understands',
      [
        '`/sluice deploy SERVICE [to blue|green] [STRATEGY] [because REASON]`',
        '`/sluice status [SERVICE or dep_…]`',
        '`/sluice approve SERVICE or dep_… [REASON]`',
        '`/sluice reject SERVICE or dep_… [REASON]`',
        '`/sluice promote SERVICE or dep_… [full] [because REASON]`',
        '`/sluice pause SERVICE or dep_… [30m] [because REASON]`',
        '`/sluice resume SERVICE or dep_… [adopt|overwrite] [because REASON]`',
        '`/sluice abort SERVICE or dep_… [force] [because REASON]`',
        '`/sluice rollback SERVICE [dep_…] [force] [because REASON]`',
        '`/sluice plan SERVICE [to blue|green] [STRATEGY]`',
        '`/sluice help`',
      ].join('\n'),
      'STRATEGY is one of `canary 10% 30m`, `linear 10% 5m`, `blue-green 10m`, `ECSCanary10Percent5Minutes`',
    ])
  })

  it('names the word that was probably meant', () => {
    const hint = { problem: 'there is no command "aprove"', nearest: 'approve', about: null }
    expect(markupOf(hintMessage('/sluice', hint))).toEqual([
      'Not understood: there is no command "aprove".',
      'Not understood: there is no command "aprove".\nDid you mean `approve`?\n`/sluice help`',
    ])
  })

  it('lists deployments', () => {
    expect(markupOf(statusMessage([baking]))).toEqual([
      '1 deployment',
      `*web* baking at 10 %, green · <https://sluice.example/#/deployments/${id}|${id}>`,
    ])
    expect(markupOf(statusMessage([]))).toEqual(['Nothing is being deployed.', 'Nothing is being deployed.'])
  })

  it('says how many there are beyond those that it lists', () => {
    const [, list = ''] = markupOf(statusMessage(Array.from({ length: 25 }, () => baking)))
    expect(list.split('\n')).toHaveLength(21)
    expect(list.endsWith('\n… and 5 more')).toBe(true)
  })

  it('asks before a destructive command, and its button means the deployment that was looked at', () => {
    const command = { word: 'reject', target: { kind: 'service', name: 'web' }, reason: '<5xx>' } as const
    expect(confirmationMessage(command, baking)).toEqual({
      text: 'Reject web? All traffic goes back to blue. 10 % of its traffic is on green now.',
      blocks: [
        {
          type: 'section',
          text: text(
            'Reject web? All traffic goes back to blue. 10 % of its traffic is on green now.\n`reject web because &lt;5xx&gt;`',
          ),
        },
        {
          type: 'actions',
          elements: [
            {
              type: 'button',
              action_id: 'sluice.reject',
              text: plain('Reject'),
              value: `0 reject ${id} because <5xx>`,
              style: 'danger',
            },
          ],
        },
      ],
    })
  })

  it('shows a plan', () => {
    const { steps, minimumSeconds, exposurePercentMinutes } = aDeployment().plan
    const message = planMessage('web', {
      steps: [
        ...steps.slice(0, 1),
        { weight: 33.3, effectiveWeight: 33.4, bakeSeconds: 90, approval: true },
        ...steps.slice(1),
      ],
      writes: [],
      minimumSeconds,
      exposurePercentMinutes,
      cost: {
        estimate: true,
        basis: 'list prices',
        stateTransitions: 14,
        stepFunctionsUsd: 0.00035,
        computeAndStoreUsd: 0.001,
        metricsUsd: 0.002,
        totalUsd: 0.00335,
      },
      detection: [],
      findings: [{ id: 'alarm-firing:5xx', severity: 'error', title: 'An alarm fires', detail: 'web-5xx' }],
    })
    expectSendable(message)
    expect(markupOf(message)).toEqual([
      'Plan of web',
      '1. 10 % for 30m\n2. 33.3 % (really 33.4 %) for 90s, after an approval\n3. 100 % for 10m',
      ':no_entry: *error* An alarm fires: web-5xx',
      'at least 40m · 0 writes to AWS · 300 percent-minutes exposed · about $0.0034',
    ])
  })
})
