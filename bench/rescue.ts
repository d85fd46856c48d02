/**
 * How long it takes until traffic is back when nobody is left but the rollback check: the workflow of a canary that bakes is
 * stopped, StartExecution fails, and then the canary turns bad. Once the check of each minute has to find it in the metrics,
 * once the event of an alarm calls it. And how soon a stopped workflow has its successor where one can start.
 *
 * `npm run bench:rescue [-- --rounds 6 --speed 5 --rate 60 --by minute,event --json FILE]`; exit code 1 when a goal is missed, 2 when it
 * cannot run.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { findMissed, toRow, toSummary } from './rescue/report.ts'
import { playRescue, playSuccession, type Rescue, type Rescuer } from './rescue/round.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '6' },
    speed: { type: 'string', default: '5' },
    rate: { type: 'string', default: '60' },
    by: { type: 'string', default: 'minute,event' },
    json: { type: 'string' },
  },
})

try {
  process.exitCode = await run()
} catch (error) {
  console.error(error)
  process.exitCode = 2
}

async function run(): Promise<number> {
  const [rounds, speed, rate] = [flags.rounds, flags.speed, flags.rate].map(Number)
  if (!rounds || !speed || !rate || !Number.isInteger(rounds))
    throw new Error('--rounds, --speed and --rate take numbers')
  console.log(`local mode at ${speed} × real time: a real millisecond counts as ${speed}; ${rate} requests/s`)
  const ways = flags.by.split(',')
  if (!ways.every((way) => way === 'minute' || way === 'event')) throw new Error('--by takes minute, event, or both')
  const rescues: Rescue[] = []
  const successions: number[] = []
  for (let round = 0; round < rounds; round++) {
    const byEvent: Rescuer = round % 2 === 0 ? 'alarm event' : 'composite alarm event'
    for (const way of ways) {
      const rescue = await playRescue(way === 'minute' ? 'minute check' : byEvent, { speed, rate })
      console.log(toRow(rescue))
      rescues.push(rescue)
    }
    if (round % 2 === 0) successions.push(await playSuccession({ speed, rate }))
  }
  console.log(toSummary(rescues, successions))
  const missed = findMissed(rescues, successions)
  for (const line of missed) console.log(`MISSED: ${line}`)
  if (missed.length === 0) console.log('all goals met')
  if (flags.json !== undefined)
    writeFileSync(flags.json, `${JSON.stringify({ speed, rate, rescues, successions }, null, 2)}\n`)
  return missed.length === 0 ? 0 : 1
}
