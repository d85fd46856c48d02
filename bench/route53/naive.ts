import {
  type Change,
  ChangeResourceRecordSetsCommand,
  Route53Client,
  Route53ServiceException,
} from '@aws-sdk/client-route-53'
import { sidesOf } from './fill-zones.ts'
import type { PairPlace } from './messages.ts'

const firstPauseMs = 500
const longestPauseMs = 20_000
const refusals = ['Throttling', 'ThrottlingException', 'PriorRequestNotComplete']

export interface NaiveRound {
  /** Of those that were accepted, real milliseconds. */
  readonly acceptedMs: readonly number[]
  readonly calls: number
  readonly refused: number
  /** Still trying when the time was over. */
  readonly givenUp: number
}

/** One call for each deployment, all at once, each tried again with full jitter until it is accepted. */
export async function runNaive(
  url: string,
  places: readonly PairPlace[],
  { percent, limitMs }: { readonly percent: number; readonly limitMs: number },
): Promise<NaiveRound> {
  const client = new Route53Client({
    ...{ endpoint: url, region: 'us-east-1', maxAttempts: 1 },
    credentials: { accessKeyId: 'any', secretAccessKey: 'thing' },
  })
  const counts = { calls: 0, refused: 0 }
  const beganMs = performance.now()
  const send = async (place: PairPlace): Promise<number | null> => {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      counts.calls++
      if (await isAccepted(client, place, percent)) return performance.now() - beganMs
      counts.refused++
      await new Promise((resolve) => setTimeout(resolve, Math.random() * pauseMs))
      if (performance.now() - beganMs > limitMs) return null
    }
  }
  const answers = await Promise.all(places.map(send))
  client.destroy()
  const acceptedMs = answers.filter((answer) => answer !== null)
  return { acceptedMs, ...counts, givenUp: places.length - acceptedMs.length }
}

async function isAccepted(client: Route53Client, { zoneId, name }: PairPlace, percent: number): Promise<boolean> {
  const Changes = sidesOf(name).map((record): Change => {
    const Weight = record.SetIdentifier === 'green' ? percent : 100 - percent
    return { Action: 'UPSERT', ResourceRecordSet: { ...record, Weight } }
  })
  try {
    await client.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }))
    return true
  } catch (error) {
    if (error instanceof Route53ServiceException && refusals.includes(error.name)) return false
    throw error
  }
}
