import { spawn } from 'node:child_process'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { createAdaptorServer } from '@hono/node-server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createCloudWatch } from '../../local/aws/cloudwatch/cloudwatch.ts'
import { createManualClock } from '../../local/clock.ts'
import { toDimensions } from '../../shared/adapters/cloudwatch/side-metrics.ts'
import { albArns } from '../support/alb.ts'
import { startAwsEndpoint } from '../support/aws-endpoint.ts'
import { aServiceBody, createMemoryApi } from '../support/memory-api.ts'

const sluice = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url))
const minuteMs = 60_000
const nowMs = Date.UTC(2026, 0, 1)

/** The API and CloudWatch behind real HTTP, at the same standing time. Stopped after the test. */
async function startWorld(gates: readonly unknown[] = [{ kind: 'compare', name: 'errors' }]) {
  const clock = createManualClock(nowMs)
  const cloudWatch = createCloudWatch({ clock })
  onTestFinished(() => cloudWatch.close())
  const aws = await startAwsEndpoint({ clock, services: [cloudWatch.service] })
  const { app, call } = createMemoryApi()
  const strategy = { type: 'canary', percent: 10, intervalSeconds: 3600, bakeSeconds: 600 }
  expect((await call('PUT', '/v1/services/web', { body: aServiceBody({ strategy, gates }) })).status).toBe(201)
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const record = (targetGroupArn: string, at: number, metricName: string, count: number) =>
    cloudWatch.metrics.record({
      namespace: 'AWS/ApplicationELB',
      metricName,
      dimensions: Object.fromEntries(
        toDimensions({ targetGroupArn, loadBalancerArn: albArns.loadBalancer }).map(({ Name, Value }) => [Name, Value]),
      ),
      unit: 'Count',
      at,
      values: [1],
      counts: [count],
    })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, awsUrl: aws.url, record }
}

async function backtest(world: { url: string; awsUrl: string }, options: string) {
  const env = {
    ...process.env,
    SLUICE_URL: world.url,
    AWS_ENDPOINT_URL: world.awsUrl,
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
  }
  const child = spawn(process.execPath, [sluice, 'judge', '--cloudwatch', ...options.split(' ')], { env })
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ])
  return { stdout, stderr, code }
}

describe('sluice judge --cloudwatch', () => {
  it('judges the past of a service whose slots have changed roles', async () => {
    const world = await startWorld()
    for (let minute = 1; minute <= 30 * 60; minute++) {
      if (minute % 100 === 0) continue
      const at = nowMs - (minute + 2) * minuteMs
      const serving = minute > 700 ? albArns.blue : albArns.green
      world.record(serving, at, 'RequestCount', 3000)
      if (minute % 3 !== 0) world.record(serving, at, 'HTTPCode_Target_5XX_Count', 1 + (minute % 7))
    }
    const { stdout, stderr, code } = await backtest(world, '--service web --days 1 --splits 4 --json')
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    const report = JSON.parse(stdout)
    expect(report).toMatchObject({
      service: 'web',
      weight: 10,
      windowMinutes: 60,
      fromAt: '2025-12-30T23:58:00.000Z',
      toAt: '2025-12-31T23:58:00.000Z',
      windows: { judged: 24, skipped: 0 },
      minutes: { found: 1426, missing: 14 },
      trials: 96,
      rolledBack: { trials: 0, rate: 0, alpha: 0.01 },
    })
    expect(report.regressions).toHaveLength(3)
    expect(report.regressions[2]).toMatchObject({ times: 10, caught: 24 })
    const readable = await backtest(world, '--service web --days 1 --splits 4')
    expect(readable.stdout).toMatch(/^within its bound: 0 % of healthy releases rolled back, at most 1 % promised/)
    expect(readable.stdout).toContain('14 of 1440 minutes have no data')
  })

  it('says no-data where there was no traffic', async () => {
    const { stdout, code } = await backtest(await startWorld(), '--service web --days 1 --exit-code')
    expect(stdout).toMatch(/^no-data: "web" had no traffic in the 24 windows/)
    expect(code).toBe(3)
  })

  it('says in one sentence what did not answer', async () => {
    const world = await startWorld()
    const nowhere = 'http://127.0.0.1:9'
    const unknown = await backtest(world, '--service nobody')
    const noApi = await backtest({ ...world, url: nowhere }, '--service web')
    const noAws = await backtest({ ...world, awsUrl: nowhere }, '--service web --days 1')
    for (const { stdout, stderr, code } of [unknown, noApi, noAws]) {
      expect(stderr.trimEnd().split('\n')).toHaveLength(1)
      expect({ stdout, code }).toEqual({ stdout: '', code: 4 })
    }
    expect(unknown.stderr).toContain('nobody')
    expect(noApi.stderr).toContain('SLUICE_URL')
    expect(noAws.stderr).toContain('CloudWatch AWS/ApplicationELB')
  })

  it('says which gate to choose', async () => {
    const two = ['one', 'two'].map((name) => ({ kind: 'compare', name }))
    const { stderr, code } = await backtest(await startWorld(two), '--service web')
    expect(stderr).toContain('"one", "two": choose with --gate-name')
    expect(code).toBe(2)
  })
})
