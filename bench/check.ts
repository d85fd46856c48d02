/**
 * Looks at a thousand open deployments as the scheduled rollback check does, against an endpoint that takes only as many
 * requests as AWS does: first in a process that has looked at nothing yet, then once more. Beside it the naive way, each
 * deployment with calls of its own, on fewer of them.
 *
 * `npm run bench:check [-- --deployments 1000 --naive 100 --json FILE]`; exit code 1 when a goal is missed, 2 when it
 * cannot run.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { compose } from '../shared/compose.ts'
import { loadConfig } from '../shared/config.ts'
import type { Deps } from '../shared/deps.ts'
import { createLogger } from '../shared/logger.ts'
import { type CloudProcesses, startCloud } from './check/cloud-processes.ts'
import { region, table } from './check/names.ts'
import { openDeployments } from './check/open-deployments.ts'
import { callsEach, findMissed, toReport } from './check/report.ts'
import { type CheckRun, runCheck } from './check/run-check.ts'

/** Of a hundred deployments, one canary has an unhealthy target: the counts look bad, so its load balancer is asked. */
const sickPercent = 1

const { values: flags } = parseArgs({
  options: {
    deployments: { type: 'string', default: '1000' },
    naive: { type: 'string', default: '100' },
    json: { type: 'string' },
  },
})

try {
  process.exitCode = await run(toNumber('deployments', flags.deployments, 1), toNumber('naive', flags.naive, 0))
} catch (error) {
  console.error(error)
  process.exitCode = 2
}

async function run(deployments: number, naiveDeployments: number): Promise<number> {
  const cloud = await startCloud(deployments, Math.floor((deployments * sickPercent) / 100))
  try {
    const opener = composeOn(cloud)
    await openDeployments(opener, cloud.places)
    console.log(
      `${deployments} open deployments; CloudWatch, Step Functions, Route 53 and load balancing as AWS limits them`,
    )
    const deps = composeOn(cloud)
    const runs: CheckRun[] = []
    for (const name of ['cold', 'warm']) {
      const result = await runCheck(name, { deps, cloud, places: cloud.places })
      console.log(toReport(result))
      runs.push(result)
    }
    const naive = naiveDeployments > 0 ? await runNaive(deps, cloud, naiveDeployments) : null
    const missed = runs.flatMap((result) => findMissed(result, deployments))
    for (const line of missed) console.log(`MISSED: ${line}`)
    if (missed.length === 0) console.log('all goals met')
    if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify({ runs, naive, missed }, null, 2)}\n`)
    const [, warm] = runs
    if (naive && warm)
      console.log(
        `calls to AWS for each deployment: ${callsEach(warm).toFixed(2)} shared, ${callsEach(naive).toFixed(2)} naive`,
      )
    return missed.length === 0 ? 0 : 1
  } finally {
    await cloud.stop()
  }
}

/** The first so many, each with reads of its own. */
async function runNaive(deps: Deps, cloud: CloudProcesses, count: number): Promise<CheckRun> {
  const { deployments } = deps
  const alone: Deps = {
    ...deps,
    // Most of it is throttled: the report counts that.
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    lookTogether: () => ({}),
    deployments: {
      ...deployments,
      listPointers: async () => ({
        ...(await deployments.listPointers({ limit: Math.min(100, count), cursor: null })),
        nextCursor: null,
      }),
    },
  }
  const result = await runCheck('naive', {
    deps: alone,
    cloud,
    places: cloud.places.slice(0, Math.min(100, count)),
  })
  console.log(toReport(result))
  return result
}

function composeOn({ url, storeUrl, stateMachineArn }: CloudProcesses): Deps {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_DYNAMODB: storeUrl,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'thing',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  })
  const config = loadConfig({
    ...process.env,
    SLUICE_TABLE: table,
    SLUICE_STATE_MACHINE_ARN: stateMachineArn,
    SLUICE_ROLL_BACK_FUNCTION: 'sluice-roll-back',
    SLUICE_ROLLBACK_CHECK_FUNCTION: 'sluice-rollback-check',
  })
  return compose(config, { logger: createLogger() })
}

function toNumber(option: string, text: string, least: number): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isInteger(number) || number < least)
    throw new Error(`--${option} takes whole numbers from ${least}, not "${text}"`)
  return number
}
