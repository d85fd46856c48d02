import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What a receiver got, as it came. */
export interface ReceivedQuestion {
  readonly method: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Answers one question; `sign` makes the signature that the answer needs. */
export type Receive = (
  question: ReceivedQuestion,
  response: ServerResponse,
  sign: (body: string) => string,
) => void | Promise<void>

/** The judge of a webhook gate on real HTTP, stopped after the test. It signs with code of its own, not with ours. */
export async function startWebhookReceiver(secret: string, receive: Receive) {
  const questions: ReceivedQuestion[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const { method, headers } = request
    const question = { method, headers, body: Buffer.concat(chunks).toString() }
    questions.push(question)
    const requestId = String(headers['x-sluice-request-id'])
    const hmac = (text: string) => createHmac('sha256', secret).update(text).digest('hex')
    await receive(question, response, (body) => `v1=${hmac(`${requestId}.${body}`)}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, questions }
}

/** A receiver that signs what `answer` says to the question. */
export function answering(answer: (question: Readonly<Record<string, unknown>>) => object): Receive {
  return (question, response, sign) => {
    const body = JSON.stringify(answer(JSON.parse(question.body)))
    response.writeHead(200, { 'content-type': 'application/json', 'x-sluice-signature': sign(body) }).end(body)
  }
}
