import { createHmac } from 'node:crypto'

/**
 * The example that Slack publishes, and its signature.
 * @see Slack, "Verifying requests from Slack"
 */
export const publishedExample = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  timestamp: '1531420618',
  body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
} as const

/** The signature of a request as Slack documents it. */
export function slackSignature(secret: string, timestamp: string, body: string | Uint8Array): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`
}

/** The two headers of a request that is signed now. */
export function slackHeaders(secret: string, body: string | Uint8Array, nowMs: number) {
  const timestamp = String(Math.floor(nowMs / 1000))
  return { 'X-Slack-Request-Timestamp': timestamp, 'X-Slack-Signature': slackSignature(secret, timestamp, body) }
}
