import { parseArgs } from 'node:util'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { createApiClient } from '../local/demo/api-client.ts'
import { buildShop } from '../local/demo/shop.ts'
import { type LocalRun, startLocal } from '../local/start.ts'
import { createLogger } from '../shared/logger.ts'

/*
 * How long an abort takes until traffic was read back: aborts of a canary at random moments of its life, through REST,
 * against the local endpoint. Goal: p95 under one second.
 */
const goalMs = 1000
const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '50' } },
})
const rounds = Number(values.rounds)

const local = await startLocal({ port: 0, awsPort: 0, dnsPort: 0, speed: 60, logger: createLogger(() => undefined) })
try {
  const samples = await measure(local)
  const sorted = samples.map((sample) => sample.ms).sort((a, b) => a - b)
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0)
  const report = { aborts: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1), goalMs }
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  else {
    for (const sample of samples) process.stdout.write(`  ${sample.phase.padEnd(12)} ${Math.round(sample.ms)} ms\n`)
    process.stdout.write(
      `abort to traffic verified back: p50 ${report.p50Ms} ms, p95 ${report.p95Ms} ms, max ${report.maxMs} ms of ${report.aborts} (goal: p95 < ${goalMs} ms)\n`,
    )
  }
  process.exitCode = report.p95Ms < goalMs ? 0 : 1
} finally {
  await local.close()
}

async function measure(run: LocalRun) {
  const elb = new ElasticLoadBalancingV2Client({})
  const shop = await buildShop(elb)
  const api = createApiClient(run.apiUrl)
  await api.putService('shop', {
    routes: [{ kind: 'alb', ruleArn: shop.ruleArn, ...shop.groups }],
    strategy: { type: 'linear', percent: 10, intervalSeconds: 30, bakeSeconds: 60 },
    gates: [],
  })
  const samples: { phase: string; ms: number }[] = []
  for (let round = 0; round < rounds; round++) {
    const { id } = await api.start({ service: 'shop', revision: `v${round}` })
    // Anywhere from the first look to the last steps of the plan.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5000))
    const { phase } = await api.watch(id, 0)
    const startedAt = performance.now()
    const answer = await fetch(`${run.apiUrl}/v1/deployments/${id}/abort`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    const ms = performance.now() - startedAt
    const ended = (await answer.json()) as { phase?: string }
    if (answer.status !== 200 || ended.phase !== 'aborted')
      throw new Error(`abort in ${phase} answered ${answer.status}: ${JSON.stringify(ended)}`)
    const { routes } = await api.traffic('shop')
    if ((routes[0]?.raw.blue ?? 0) === 0 || (routes[0]?.raw.green ?? 0) !== 0)
      throw new Error('traffic is not back on blue')
    samples.push({ phase, ms })
  }
  await shop.close()
  elb.destroy()
  return samples
}
