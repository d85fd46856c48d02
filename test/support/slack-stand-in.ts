import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { onTestFinished } from 'vitest'
import { createSlackStandIn } from '../../local/slack/stand-in.ts'

export interface RunningStandIn {
  /** `http://127.0.0.1:PORT/_local/slack` */
  readonly url: string
  readonly origin: string
  /** The messages as they look now, oldest first. */
  messages(): Promise<{ readonly [name: string]: unknown }[]>
  call(method: string, path: string, body?: unknown): Promise<Response>
}

export interface StandInTestOptions {
  readonly targetUrl?: string
  readonly signingSecret?: string
  readonly now?: () => number
  readonly patienceMs?: number
}

/** The stand-in behind a loopback port; stopped after the test. Without a target, nothing answers its commands. */
export async function startSlackStandIn({
  targetUrl = 'http://127.0.0.1:9',
  signingSecret = 'a signing secret',
  ...rest
}: StandInTestOptions = {}): Promise<RunningStandIn> {
  const place = { origin: '' }
  const app = new Hono().route(
    '/_local/slack',
    createSlackStandIn({
      targetUrl: () => targetUrl,
      signingSecret,
      ownUrl: () => `${place.origin}/_local/slack`,
      ...rest,
    }),
  )
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())))
  place.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const url = `${place.origin}/_local/slack`
  return {
    url,
    origin: place.origin,
    call: (method, path, body) =>
      fetch(`${url}${path}`, {
        method,
        headers: { connection: 'close', ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    async messages() {
      const { items } = (await (await fetch(`${url}/messages`, { headers: { connection: 'close' } })).json()) as {
        items: { readonly [name: string]: unknown }[]
      }
      return items
    },
  }
}
