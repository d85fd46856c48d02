import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createOutboundRules } from '../../shared/adapters/http/outbound-rules.ts'
import { createCallOutside } from '../../shared/adapters/http/outside-call.ts'
import { createHttpWebhookJudge, largestAnswerBytes } from '../../shared/adapters/http/webhook-judge.ts'
import type { WebhookQuestion, WebhookRequest } from '../../shared/ports/webhook-judge.ts'
import { answering, type Receive, startWebhookReceiver } from '../support/webhook-receiver.ts'

const realNow = Date.UTC(2026, 0, 1, 12, 0, 0) + 999
const call = createCallOutside(createOutboundRules(['127.0.0.0/8']))
const judge = createHttpWebhookJudge('9.9.9', { realNow: () => realNow }, call)
const secret = 'correct horse battery staple'
const question: WebhookQuestion = {
  ...{ deployment: 'dep_1', service: 'web', gate: 'judge', stable: 'blue', canary: 'green', step: 0 },
  ...{ weight: 10, effectiveWeight: 10.1, at: '2026-01-01T00:00:00.000Z', moment: 'during' },
}
const passing = '{"verdict":"pass"}'

function ask(url: string, overrides: Partial<WebhookRequest> = {}) {
  return judge.ask({ url, secret, question, timeoutMs: 2000, ...overrides })
}

async function askReceiver(receive: Receive, overrides: Partial<WebhookRequest> = {}) {
  const { url } = await startWebhookReceiver(secret, receive)
  return ask(url, overrides)
}

describe('a question', () => {
  it('is a signed POST that names itself, in real time', async () => {
    const { url, questions } = await startWebhookReceiver(
      secret,
      answering(() => ({ verdict: 'pass' })),
    )
    await ask(`${url}/judge?service=web`)
    const [{ method, headers, body } = { method: '', headers: {}, body: '' }] = questions
    expect(method).toBe('POST')
    expect(JSON.parse(body)).toEqual(question)
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'sluice/9.9.9',
      'x-sluice-timestamp': '1767268800',
      'x-sluice-request-id': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    })
    const signed = `${headers['x-sluice-request-id']}.1767268800.${body}`
    expect(headers['x-sluice-signature']).toBe(`v1=${createHmac('sha256', secret).update(signed).digest('hex')}`)
  })

  it('has another id each time', async () => {
    const { url, questions } = await startWebhookReceiver(
      secret,
      answering(() => ({ verdict: 'pass' })),
    )
    await Promise.all([ask(url), ask(url), ask(url)])
    expect(new Set(questions.map(({ headers }) => headers['x-sluice-request-id'])).size).toBe(3)
  })
})

describe('a signed answer', () => {
  it('is believed', async () => {
    const answer = { verdict: 'fail', reason: 'orders fell', evidence: { orders: 3 } }
    expect(await askReceiver(answering(() => answer))).toEqual({
      ...{ status: 'answered', ...answer, note: null },
      milliseconds: expect.any(Number),
    })
  })

  it.each([201, 299])('is believed with status %i', async (status) => {
    const answer = await askReceiver((_question, response, sign) => {
      response.writeHead(status, { 'x-sluice-signature': sign(passing) }).end(passing)
    })
    expect(answer).toMatchObject({ status: 'answered', verdict: 'pass' })
  })

  it('may be as large as is taken', async () => {
    const body = passing.padEnd(largestAnswerBytes)
    const answer = await askReceiver((_question, response, sign) => {
      response.writeHead(200, { 'x-sluice-signature': sign(body) }).end(body)
    })
    expect(answer).toMatchObject({ status: 'answered', verdict: 'pass' })
  })
})

/** What an answer is, and what we say of it. Every one of them would be `pass` if it were believed. */
const refused: readonly (readonly [string, Receive, string | RegExp])[] = [
  [
    'unsigned',
    (_question, response) => void response.end(passing),
    'the answer is not signed: it has no X-Sluice-Signature',
  ],
  [
    'signed for another request',
    (_question, response) => {
      const signature = createHmac('sha256', secret).update(`an-earlier-id.${passing}`).digest('hex')
      response.writeHead(200, { 'x-sluice-signature': `v1=${signature}` }).end(passing)
    },
    /^the signature of the answer is wrong/,
  ],
  [
    'changed on its way',
    (_question, response, sign) => {
      response.writeHead(200, { 'x-sluice-signature': sign('{"verdict":"fail"}') }).end(passing)
    },
    /^the signature of the answer is wrong/,
  ],
  [
    'the signature of the request sent back',
    ({ headers }, response) => {
      response.writeHead(200, { 'x-sluice-signature': String(headers['x-sluice-signature']) }).end(passing)
    },
    /^the signature of the answer is wrong/,
  ],
  [
    'signed and empty',
    (_question, response, sign) => void response.writeHead(204, { 'x-sluice-signature': sign('') }).end(),
    'the answer is not JSON',
  ],
  ['signed with another word', answering(() => ({ verdict: 'okay' })), /^the answer is malformed: verdict: /],
  [
    'a byte too large',
    (_question, response, sign) => {
      const body = passing.padEnd(largestAnswerBytes + 1)
      response.writeHead(200, { 'x-sluice-signature': sign(body) }).end(body)
    },
    'the answer is larger than 65536 bytes',
  ],
  [
    'endless',
    (_question, response) => {
      const more = () => {
        while (response.write('x'.repeat(8192)));
        response.once('drain', more)
      }
      more()
    },
    'the answer is larger than 65536 bytes',
  ],
  [
    'a server error',
    (_question, response, sign) => {
      response.writeHead(500, { 'x-sluice-signature': sign(passing) }).end(passing)
    },
    'answered 500, expected 200-299',
  ],
  [
    'refused',
    (_question, response) => void response.writeHead(401).end('who are you?'),
    'answered 401, expected 200-299',
  ],
  ['cut off', (_question, response) => void response.socket?.destroy(), /^no answer: /],
  [
    'cut off in its middle',
    (_question, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"verdict"')
      response.socket?.end()
    },
    /^no answer: /,
  ],
]

describe('an answer that is', () => {
  it.each(refused)('%s is an error that says so', async (_name, receive, reason) => {
    const answer = await askReceiver(receive)
    expect(answer).toEqual({
      status: 'error',
      reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
    })
  })

  it.each<[string, Receive]>([
    ['nothing at all', () => undefined],
    ['a body that does not end', (_question, response) => void response.write('{')],
  ])('%s within the time is an error', async (_name, receive) => {
    const answer = await askReceiver(receive, { timeoutMs: 50 })
    expect(answer).toEqual({ status: 'error', reason: 'no answer: no complete answer within 50 ms' })
  })

  it.each([301, 302, 303, 307, 308])('a redirect (%i) is an error, and nothing goes where it leads', async (status) => {
    const elsewhere = await startWebhookReceiver(
      secret,
      answering(() => ({ verdict: 'pass' })),
    )
    const answer = await askReceiver((_question, response) => {
      response.writeHead(status, { location: elsewhere.url }).end()
    })
    expect(answer).toEqual({ status: 'error', reason: `answered ${status}: redirects are not followed` })
    expect(elsewhere.questions).toEqual([])
  })
})

describe('the judge in the documentation', () => {
  const page = readFileSync(new URL('../../docs/gates.md', import.meta.url), 'utf8')
  const example = /```js\n([\s\S]+?)```/.exec(page)?.[1] ?? ''

  async function startExample() {
    const code = example.replace(
      'process.env.PORT ?? 8000',
      "0, '127.0.0.1', function () { console.log(this.address().port) }",
    )
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      ...{ env: { ...process.env, JUDGE_SECRET: secret }, stdio: ['ignore', 'pipe', 'inherit'] },
    })
    onTestFinished(() => void child.kill())
    const [port] = await once(child.stdout, 'data')
    return `http://127.0.0.1:${Number(String(port))}`
  }

  it('is believed, and believes no one else', async () => {
    const url = await startExample()
    const now = createHttpWebhookJudge('9.9.9', { realNow: () => Date.now() }, call)
    const request = { url, secret, question, timeoutMs: 2000 }
    expect(await now.ask(request)).toMatchObject({
      status: 'answered',
      verdict: 'pass',
      reason: 'step 0 of web is fine on green',
    })
    const refusal = { status: 'error', reason: 'answered 401, expected 200-299' }
    expect(await now.ask({ ...request, secret: 'guessed' })).toEqual(refusal)
    const forged = await fetch(url, { method: 'POST', body: '{}', headers: { 'x-sluice-signature': 'é'.repeat(67) } })
    expect(forged.status).toBe(401)
    const late = createHttpWebhookJudge('9.9.9', { realNow: () => Date.now() - 301_000 }, call)
    expect(await late.ask(request)).toEqual(refusal)
  })
})

describe('what never reaches a judge', () => {
  it.each([
    ['nobody listens', 'http://127.0.0.1:9', /bad port|ECONNREFUSED/],
    ['the address is none', 'not a url', /is no URL$/],
    ['the address is private', 'http://192.168.0.1/judge', /^no answer: not sent: the address is a private address/],
  ])('is an error when %s', async (_name, url, reason) => {
    expect(await ask(url)).toEqual({ status: 'error', reason: expect.stringMatching(reason) })
  })

  it('tells nobody the secret', async () => {
    const answers = [
      await ask('http://127.0.0.1:9'),
      await askReceiver((_question, response) => void response.end(passing)),
      await askReceiver(answering(() => ({ verdict: 'okay' }))),
    ]
    expect(JSON.stringify(answers)).not.toContain(secret)
  })
})
