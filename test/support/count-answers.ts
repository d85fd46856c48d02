import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import * as dns from 'dns-packet'

const mostOutstanding = 50
const resendMs = 2000

/**
 * Asks a DNS server over and over, as many clients that cache nothing: 50 questions at a time, each sent again where no
 * answer comes in two seconds.
 *
 * @param address - Of the server: `127.0.0.1:4553`.
 * @returns How often each IPv4 address was the answer; an answer without address counts as its response code.
 * @throws {Error} If a question has been sent 5 times.
 */
export async function countAnswers(address: string, name: string, queries: number): Promise<Record<string, number>> {
  const [host = '', port] = address.split(':')
  const counts: Record<string, number> = {}
  const waiting = new Map<number, { timer: NodeJS.Timeout; sent: number }>()
  const socket = createSocket('udp4')
  let asked = 0
  let answered = 0
  try {
    await new Promise<void>((resolve, reject) => {
      const send = (id: number) => {
        const sent = (waiting.get(id)?.sent ?? 0) + 1
        if (sent > 5) return reject(new Error(`${address} does not answer for ${name}`))
        waiting.set(id, { sent, timer: setTimeout(send, resendMs, id) })
        socket.send(dns.encode({ type: 'query', id, questions: [{ type: 'A', name }] }), Number(port), host)
      }
      const fill = () => {
        while (asked < queries && waiting.size < mostOutstanding) send(asked++ % 0x10000)
      }
      socket.on('error', reject)
      socket.on('message', (packet) => {
        const answer = dns.decode(packet)
        const question = waiting.get(answer.id ?? -1)
        if (!question) return
        clearTimeout(question.timer)
        waiting.delete(answer.id ?? -1)
        const record = answer.answers?.find(({ type }) => type === 'A')
        const key = record?.type === 'A' ? record.data : String(Reflect.get(answer, 'rcode'))
        counts[key] = (counts[key] ?? 0) + 1
        if (++answered === queries) resolve()
        else fill()
      })
      fill()
    })
  } finally {
    for (const { timer } of waiting.values()) clearTimeout(timer)
    socket.close()
    await once(socket, 'close')
  }
  return counts
}
