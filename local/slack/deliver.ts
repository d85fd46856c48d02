import { createHmac } from 'node:crypto'

export interface DeliverOptions {
  /** Origin of the app, `http://127.0.0.1:4500`. Read at each command. */
  readonly targetUrl: () => string
  readonly signingSecret: string
  /** Real time, milliseconds since the epoch. */
  readonly now: () => number
  /** Real milliseconds that the app has to acknowledge. Default 3000, as Slack's. */
  readonly patienceMs?: number
}

/** What the app answered; a person sees `problem` in place of an answer that Slack does not take. */
export interface Acknowledgement {
  readonly status: number | null
  readonly milliseconds: number
  readonly body: string
  readonly problem: string | null
}

/** Sends a form to the app as Slack does: signed over the bytes that go out, and given up after three seconds. */
export async function deliver(
  { targetUrl, signingSecret, now, patienceMs = 3000 }: DeliverOptions,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<Acknowledgement> {
  const body = new URLSearchParams(fields).toString()
  const timestamp = String(Math.floor(now() / 1000))
  const digest = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
  const startedAt = performance.now()
  const took = () => Math.round(performance.now() - startedAt)
  try {
    const response = await fetch(new URL(path, targetUrl()), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${digest}`,
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
    })
    const text = await response.text()
    const problem =
      response.status === 200 ? null : `the app failed with status ${response.status}: ${text.slice(0, 200)}`
    return { status: response.status, milliseconds: took(), body: text, problem }
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError'
    const problem = late
      ? 'the app did not answer within 3 seconds (operation_timeout)'
      : 'the app could not be reached'
    return { status: null, milliseconds: took(), body: '', problem }
  }
}
