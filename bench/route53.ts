/**
 * Lets a thousand deployments want a change of their weighted records every minute, against a Route 53 that enforces its
 * limits: five requests a second, one change at a time in a zone, INSYNC after 60 s. Rollbacks come in the middle. Beside it
 * the naive way, one call for each with retries, on the same zones.
 *
 * `npm run bench:route53 [-- --zones 1,10,50 --deployments 1000 --rounds 2 --naive-minutes 10 --json FILE]`; exit code 1
 * when a goal is missed, 2 when it cannot run.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { findMissed, goalsFor, toReport } from './route53/report.ts'
import { type CaseResult, runCase } from './route53/run-case.ts'

const { values: flags } = parseArgs({
  options: {
    zones: { type: 'string', default: '1,10,50' },
    deployments: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '2' },
    'naive-minutes': { type: 'string', default: '10' },
    json: { type: 'string' },
  },
})

try {
  process.exitCode = await run()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}

async function run(): Promise<number> {
  const deployments = toNumber('deployments', flags.deployments, 1)
  const results: CaseResult[] = []
  console.log(
    `${deployments} deployments, each wants a change every minute; Route 53 as AWS limits it, INSYNC after 60 s`,
  )
  for (const zones of flags.zones.split(',').map((word) => toNumber('zones', word, 1))) {
    console.log(`${zones} hosted zone${zones === 1 ? '' : 's'}`)
    const result = await runCase({
      ...{ zones, deployments, roundMs: 60_000, say: (line) => console.log(line) },
      rounds: toNumber('rounds', flags.rounds, 1),
      naiveLimitMs: toNumber('naive-minutes', flags['naive-minutes'], 0) * 60_000,
    })
    console.log(toReport(result))
    results.push(result)
  }
  const missed = results.flatMap(findMissed)
  for (const line of missed) console.log(`MISSED: ${line}`)
  if (missed.length === 0) console.log('all goals met')
  const summary = results.map((result) => ({ ...result, goals: goalsFor(result.zones) }))
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(summary, null, 2)}\n`)
  return missed.length === 0 ? 0 : 1
}

function toNumber(option: string, text: string, least: number): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number) || number < least)
    throw new Error(`--${option} takes numbers from ${least}, not "${text}"`)
  return number
}
