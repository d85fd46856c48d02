import { describe, expect, it } from 'vitest'
import { InvariantError, NotFoundError, TransientError } from '../../../../shared/domain/errors.ts'
import { aDeployment } from '../../../support/builders.ts'
import { startSlackWork } from '../../../support/slack-work.ts'

const stepsBody = {
  strategy: {
    type: 'steps',
    steps: [
      { weight: 10, bakeSeconds: 60, approval: true },
      { weight: 100, bakeSeconds: 60 },
    ],
  },
}

/** With a deployment of `web` that Mei started. */
async function startDeployed(service = {}) {
  const slack = await startSlackWork(service)
  await slack.type('mei', 'deploy web because release 42')
  const id = await slack.deps.deployments.pointer('web')
  if (id === null) throw new Error('nothing was started')
  return { ...slack, id }
}

describe('a deployment started in Slack', () => {
  it('is started as the REST API starts it, and shown where it was asked for', async () => {
    const { deps, id, answers, posted, audited } = await startDeployed()
    expect(await deps.deployments.load(id)).toMatchObject({
      service: 'web',
      reason: 'release 42',
      createdBy: { kind: 'slack', name: 'mei' },
    })
    expect(posted()).toEqual(['C0OPS: web: preparing'])
    expect(answers()).toEqual(['web: preparing'])
    expect(await audited()).toEqual([['mei', 'start-deployment', 'allowed', 'web']])
  })

  it('is shown in the channel that its service names', async () => {
    const { posted } = await startDeployed({ notify: { slackChannel: 'C0WEB' } })
    expect(posted()).toEqual(['C0WEB: web: preparing'])
  })

  it('is the same start when it is delivered twice', async () => {
    const { worded, give, deps, posted } = await startSlackWork()
    const work = worded('mei', 'deploy web')
    await give(work)
    await give(work)
    const { items } = await deps.deployments.list({}, { limit: 10, cursor: null })
    expect(items).toHaveLength(1)
    expect(posted()).toEqual(['C0OPS: web: preparing'])
  })

  it('is shown to who started it, with what to do, where the app is not in the channel', async () => {
    const { type, failWith, memory } = await startSlackWork()
    failWith({
      post: async () => {
        throw new NotFoundError('not_in_channel')
      },
    })
    await type('mei', 'deploy web')
    expect(memory.answers).toHaveLength(1)
    expect(JSON.stringify(memory.answers)).toContain('invite the app there')
    expect(JSON.stringify(memory.answers)).toContain('sluice.abort')
  })
})

describe('somebody who asks for too much', () => {
  it('is told to wait, and nothing is done; what takes traffic back has a count of its own', async () => {
    const { type, answers, audited } = await startDeployed()
    for (let turn = 0; turn < 60; turn++) await type('mei', 'resume web')
    expect(answers().at(-1)).toMatch(/^Too many requests: the next one is taken in \d+ s$/)
    const before = (await audited()).length
    await type('mei', 'deploy web')
    expect(await audited()).toHaveLength(before)
    await type('mei', 'abort web')
    expect(answers().at(-1)).toMatch(/^Abort web\?/)
    await type('ada', 'promote web')
    expect(answers().at(-1)).not.toMatch(/^Too many/)
  })
})

it('keeps no secret that somebody types as a reason', async () => {
  const { type, deps } = await startSlackWork()
  // In parts, so that nobody takes it for one that leaked.
  await type('mei', `deploy web because ${['xoxb', '123456789012', 'abcdefghijkl'].join('-')}`)
  const id = await deps.deployments.pointer('web')
  expect((await deps.deployments.load(id ?? ''))?.reason).not.toContain('abcdefghijkl')
})

describe('somebody whom the policy does not know', () => {
  it.each([
    ['deploy web', 'start-deployment', 'web'],
    ['status web', 'read-deployment', 'web'],
    ['status', 'list-deployments', null],
    ['plan web', 'plan-deployment', 'web'],
    ['approve web', 'approve-deployment', 'web'],
    ['abort web', 'read-deployment', 'web'],
    ['rollback web', 'read-deployment', 'web'],
    ['pause dep_01KDVDNC000000000000000099', 'list-deployments', null],
  ])('is refused, and that is written down: %s', async (text, command, service) => {
    const { type, answers, audited } = await startDeployed()
    await type('stranger', text)
    expect(answers()[1]).toBe('Not allowed: no rule of the policy is about T0LOCAL/U0STRANGER')
    expect((await audited())[1]).toEqual(['T0LOCAL/U0STRANGER', command, 'refused', service])
  })
})

describe('a word that ends something', () => {
  it('is asked about first, and done by the click, which replaces the question', async () => {
    const { type, id, answers, memory, deps, api, audited, posted } = await startDeployed()
    await type('mei', 'abort web because 5xx')
    expect(answers()[1]).toMatch(/^Abort web\? All traffic goes back to blue/)
    expect((await deps.deployments.load(id))?.goal).toBe('plan')
    expect(await audited()).toHaveLength(1)

    await type('mei', `abort ${id} because 5xx`, { confirmed: true })
    expect(await deps.deployments.load(id)).toMatchObject({ phase: 'rolling-back', cause: { reason: '5xx' } })
    expect(api.rollBacks).toEqual([id])
    expect(memory.answers.map(({ replaces }) => replaces)).toEqual([false, false, true])
    expect(answers()[2]).toBe('web: rolling back')
    expect(posted()).toEqual(['C0OPS: web: rolling back'])
    expect((await audited())[1]).toEqual(['mei', 'abort-deployment', 'allowed', 'web'])
  })

  it('is refused before it is asked about to who may only look', async () => {
    const { type, answers, audited } = await startDeployed({})
    await type('ada', 'abort web')
    expect(answers()[1]).toMatch(/^Not allowed: read-deployment needs the role/)
    await type('bo', 'rollback web')
    expect(answers()[2]).toMatch(/^Not allowed: roll-back-service needs the role deployer or admin/)
    expect((await audited()).slice(1)).toEqual([
      ['ada', 'read-deployment', 'refused', 'web'],
      ['bo', 'roll-back-service', 'refused', 'web'],
    ])
  })
})

describe('a rollback', () => {
  const success = (n: number) => aDeployment({ id: `dep_01KDVDNC00000000000000000${n}`, phase: 'succeeded' })

  it('is of the success that was asked about, though another one has come since', async () => {
    const { type, answers, memory, deps } = await startSlackWork()
    await deps.deployments.create(success(1))
    await type('mei', 'rollback web because 5xx')
    expect(JSON.stringify(memory.answers)).toContain(`"value":"- rollback web ${success(1).id} because 5xx"`)

    await deps.deployments.create(success(2))
    await type('mei', `rollback web ${success(1).id} because 5xx`, { confirmed: true })
    expect(answers()[1]).toMatch(new RegExp(`: ${success(1).id} is not the newest success of "web" any more$`))
    expect((await deps.deployments.list({}, { limit: 10, cursor: null })).items).toHaveLength(2)
  })

  it('is asked about without one where nothing has succeeded', async () => {
    const { type, memory } = await startDeployed()
    await type('mei', 'rollback web')
    expect(JSON.stringify(memory.answers)).toContain('"value":"- rollback web"')
  })
})

describe('a click on the message that everybody sees', () => {
  it('changes that message, and answers nobody', async () => {
    const { type, id, memory, deps, posted, answers } = await startDeployed()
    const [message] = memory.posted
    if (!message) throw new Error('nothing was posted')
    await type('mei', `pause ${id}`, { confirmed: true, message: { channel: message.channel, ts: message.ts } })
    expect((await deps.deployments.load(id))?.phase).toBe('paused')
    expect(posted()).toEqual(['C0OPS: web: paused'])
    expect(answers()).toHaveLength(1)
  })

  it('changes a message of another place, too', async () => {
    const { type, id, memory, posted } = await startDeployed()
    const elsewhere = await memory.post('C0ELSE', { text: 'web: preparing', blocks: [] })
    await type('mei', `pause ${id}`, { confirmed: true, message: elsewhere })
    expect(posted()).toEqual(['C0OPS: web: paused', 'C0ELSE: web: paused'])
  })

  it('tells only who clicked why it was refused, with where the deployment is', async () => {
    const { type, id, memory, answers, posted } = await startDeployed(stepsBody)
    const [message] = memory.posted
    const place = { channel: message?.channel ?? '', ts: message?.ts ?? '' }
    await type('mei', `promote ${id}`, { confirmed: true, message: place, expectedStep: 3 })
    expect(answers()[1]).toContain('Not possible in this state: expectedStep is 3, the deployment is at step 0')
    expect(JSON.stringify(memory.answers[1]?.message.blocks)).toContain('It is at step 1 now.')
    expect(memory.answers[1]?.replaces).toBe(false)
    expect(posted()).toEqual(['C0OPS: web: preparing'])
  })
})

describe('an approval', () => {
  it('is not for who started it, and not for who may only deploy', async () => {
    const { type, answers, id } = await startDeployed(stepsBody)
    await type('mei', `approve ${id}`)
    expect(answers()[1]).toMatch(/^Not allowed: approve-deployment needs the role approver or admin/)
    await type('bo', 'approve web')
    expect(answers()[2]).toMatch(/^Not possible in this state:/)
  })
})

describe('what could be done twice by one command', () => {
  it('is begun once, however often it is delivered', async () => {
    const { worded, give, deps, id, answers } = await startDeployed()
    const work = worded('mei', 'pause web')
    await give(work)
    await deps.deployments.load(id)
    await give(work)
    expect(answers().slice(1)).toEqual([
      'web: paused',
      'Not known: this was begun before, and may be done; look at the status',
    ])
  })
})

describe('what is asked for', () => {
  it('shows what is open, of the services that the caller may see', async () => {
    const { type, answers } = await startDeployed()
    await type('mei', 'status')
    await type('ada', 'status')
    expect(answers().slice(1)).toEqual(['1 deployment', 'Nothing is being deployed.'])
  })

  it('shows one deployment in full, the newest where none is open', async () => {
    const { type, answers, memory, id, deps } = await startDeployed()
    await type('bo', 'status web')
    await deps.deployments.freePointer('web', id)
    await type('bo', 'status web')
    await type('bo', `status ${id}`)
    expect(answers().slice(1)).toEqual(['web: preparing', 'web: preparing', 'web: preparing'])
    expect(JSON.stringify(memory.answers[1])).toContain(`https://sluice.example/#/deployments/${id}`)
  })

  it.each([
    ['status shop', 'Not found: no deployment of the service "shop" is open'],
    ['abort dep_01KDVDNC000000000000000099', 'Not found: there is no deployment dep_01KDVDNC000000000000000099'],
    ['deploy shop', /^Not found: there is no service "shop"/],
    ['deploy web', /^Not possible in this state: service "web" has a deployment/],
    ['deploy web canary 10% 30m because ok', /^Not possible in this state/],
  ])('says why not: %s', async (text, answer) => {
    const { type, answers } = await startDeployed()
    await type('mei', text)
    expect(answers()[1]).toEqual(typeof answer === 'string' ? answer : expect.stringMatching(answer))
  })

  it('shows a plan', async () => {
    const { type, answers } = await startSlackWork()
    await type('bo', 'plan web')
    expect(answers()).toEqual(['Plan of web'])
  })
})

describe('a failure', () => {
  it('of an answer does not fail the work, which would be done again', async () => {
    const { type, failWith, deps } = await startSlackWork()
    failWith({
      respond: async () => {
        throw new NotFoundError('used_url')
      },
    })
    await type('mei', 'deploy web')
    expect(await deps.deployments.pointer('web')).not.toBeNull()
  })

  it('of ours is logged, and told without details', async () => {
    const { type, deps, answers, api } = await startSlackWork()
    const pointer = deps.deployments.pointer
    deps.deployments.pointer = async () => {
      throw new InvariantError('secret details')
    }
    await type('mei', 'approve web')
    deps.deployments.pointer = pointer
    expect(answers()).toEqual(['An error of ours: something went wrong; the request id names it in the log'])
    expect(api.logged.map(({ event }) => event)).toContain('slack-work-failed')
  })

  it('of the message is made up for by whoever follows the table', async () => {
    const { type, failWith, answers } = await startSlackWork()
    failWith({
      post: async () => {
        throw new TransientError('limited', { refused: true })
      },
    })
    await type('mei', 'deploy web')
    expect(answers()).toEqual(['web: preparing'])
  })
})
