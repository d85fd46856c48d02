import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runSluice } from '../support/run-sluice.ts'

describe('sluice judge', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-judge-'))
    await writeFile(join(folder, 'gate.json'), '{}')
  })
  afterAll(() => rm(folder, { recursive: true }))

  const judge = (options: string, input = '') => runSluice(['judge', ...options.split(' ')], { cwd: folder, input })

  const bucket = (errors: number) => ({
    stable: { requests: 900, errors: 1 },
    canary: { requests: 100, errors },
    weight: 10,
  })
  const counts = (errors: number, buckets = 5) => JSON.stringify({ buckets: Array(buckets).fill(bucket(errors)) })

  it.each([
    { says: 'pass', exits: 0, data: counts(0) },
    { says: 'fail', exits: 1, data: counts(20) },
    { says: 'no-data', exits: 3, data: counts(0, 0) },
  ])('says $says, and with --exit-code exits with $exits', async ({ says, exits, data }) => {
    const { stdout, stderr, code } = await judge('--gate gate.json --data - --json --trace', data)
    expect(JSON.parse(stdout)).toMatchObject({ verdict: says, trace: expect.any(Array) })
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect((await judge('--gate gate.json --data - --exit-code', data)).code).toBe(exits)
  })

  it('shows people the verdict first, and a table of the buckets', async () => {
    const { stdout } = await judge('--gate gate.json --data - --trace', counts(20))
    expect(stdout).toMatch(/^fail: canary errors 100 of 500/)
    expect(stdout).toMatch(/^bucket +stable +canary +e +highest +verdict$/m)
    expect(stdout).toMatch(/^0 +1\/900 +20\/100 +[\d.]+ +[\d.]+ +pass$/m)
  })

  it.each([
    ['--gate gate.json', '', 'nothing to judge'],
    ['--gate nowhere.json --data -', '{}', 'cannot read nowhere.json'],
    ['--gate gate.json --data -', 'NaN', 'standard input is no JSON'],
    ['--gate gate.json --data -', '', 'standard input is no JSON'],
    [
      '--gate gate.json --data -',
      '{"buckets":[{"stable":{"requests":9,"errors":-1},"canary":{}}]}',
      'buckets[0].stable.errors must',
    ],
    ['--gate - --data gate.json', '{"alpha":2}', 'alpha must be above 0'],
    ['--event -', '{}', 'no evidence.replay'],
  ])('exits with 2 and says why: %s with %j', async (options, input, message) => {
    const { stdout, stderr, code } = await judge(options, input)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain('    at ')
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
  })

  it('judges a stream, a line each, and goes on after a bad one', async () => {
    const { stdout, code } = await judge('--gate gate.json --data - --ndjson', [counts(0), '{', counts(20)].join('\n'))
    const lines = stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ line: 1, verdict: 'pass' }),
      { line: 2, error: expect.stringContaining('no JSON') },
      expect.objectContaining({ line: 3, verdict: 'fail' }),
    ])
    expect(code).toBe(2)
  })

  it('judges a verdict again, and says when its evidence does not give it', async () => {
    const fixed = { phi: 1, cap: 64, p0: 0.005, knowsNormalRate: true }
    const data = { fixed, buckets: Array(5).fill(bucket(20)) }
    const again = await judge('--gate gate.json --data - --json', JSON.stringify(data))
    const { e, eSup, failedAt } = JSON.parse(again.stdout)
    const event = { verdict: 'fail', evidence: { e, eSup, failedAt, replay: { gate: {}, data } } }
    expect((await judge('--event -', JSON.stringify(event))).code).toBe(0)
    const other = await judge('--event -', JSON.stringify({ ...event, verdict: 'pass' }))
    expect(other.stdout).toContain('recorded pass, recomputed fail')
    expect(other.code).toBe(5)
  })
})
