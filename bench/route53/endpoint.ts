/** Route 53 of the rehearsal cloud with zones full of weighted pairs, in a process of its own, asked by IPC for its counts. */
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { createRoute53 } from '../../local/aws/route53/service.ts'
import { createAwsServer } from '../../local/aws/server.ts'
import { createLocalClock } from '../../local/clock.ts'
import { fillZones } from './fill-zones.ts'
import type { EndpointAnswer, EndpointQuestion, PairPlace } from './messages.ts'

const [zones = '1', pairs = '1000'] = process.argv.slice(2)

// While the zones are filled, time jumps: the limits are kept to, and it takes a moment all the same.
let jumpedMs = 0
let isFilled = false
function realNow(): number {
  if (isFilled) return jumpedMs + performance.now()
  jumpedMs += 1000
  return jumpedMs
}
const clock = createLocalClock({ speed: 1 })
const route53 = createRoute53({ clock, insyncSeconds: 60, realNow })
const server = createAwsServer({ services: [route53], clock })
await server.listen(0)
const places = await fillZones(server.url, Number(zones), Number(pairs))
isFilled = true

process.on('message', (question: EndpointQuestion) => {
  switch (question.ask) {
    case 'refused':
      return answer({ refused: { ...route53.refused } })
    case 'weights':
      return answer({ weights: places.map(weightsOf) })
  }
})
answer({ ready: { url: server.url, places } })

function answer(message: EndpointAnswer): void {
  process.send?.(message)
}

/** As the endpoint holds them, with no request. */
function weightsOf({ name }: PairPlace): Readonly<Record<string, number>> {
  const records: readonly ResourceRecordSet[] = route53.zones.zoneFor(name)?.recordsAt(name) ?? []
  return Object.fromEntries(records.map(({ SetIdentifier = '', Weight = 0 }) => [SetIdentifier, Weight]))
}
