import type { ShownDeployment } from './api-client.ts'

export interface DemoReport {
  readonly good: Release
  readonly bad: BadRelease
}

export interface Release {
  readonly id: string
  readonly phase: string
  readonly requests: number
  readonly failed: number
}

export interface BadRelease extends Release {
  readonly cause: ShownDeployment['cause']
  /** Local seconds from the first failed request to traffic verified back on the old version; null without either. */
  readonly secondsToRollback: number | null
  /** Raw weights by slot before the bad deployment, and as read from AWS after it. */
  readonly snapshot: Weights
  readonly readBack: Weights
}

export type Weights = Readonly<Record<string, number | null>>

/** What the last lines of a report tell. */
export interface RunFacts {
  readonly console: string
  readonly speed: number
  /** Real seconds that all of it took. */
  readonly seconds: number
}

/** What went wrong with a demo, one sentence each; empty when both deployments ended as they should. */
export function findFaults({ good, bad }: DemoReport): readonly string[] {
  return [
    good.phase === 'succeeded' ? '' : `the good version ended "${good.phase}", not "succeeded"`,
    good.failed === 0 ? '' : `the good version lost ${good.failed} of ${good.requests} requests`,
    good.requests > 1000 ? '' : `only ${good.requests} requests were sent during the good version`,
    bad.phase === 'rolled-back' ? '' : `the bad version ended "${bad.phase}", not "rolled-back"`,
    bad.cause?.type === 'gate'
      ? ''
      : `the bad version was not taken back by a gate but by ${bad.cause?.type ?? 'nothing'}`,
    sameWeights(bad.snapshot, bad.readBack) ? '' : 'the weights after the rollback differ from the snapshot',
  ].filter((sentence) => sentence !== '')
}

/** The report for a terminal. */
export function toText({ good, bad }: DemoReport, run: RunFacts): string {
  return [...toGoodLines(good), ...toBadLines(bad, run), ...toLastLines(run)].join('\n')
}

export function toGoodLines(good: Release): readonly string[] {
  return ['', 'Report', `  good version   ${good.phase}: ${good.requests} requests, ${good.failed} failed`]
}

export function toBadLines(bad: BadRelease, { speed }: RunFacts): readonly string[] {
  const seconds = bad.secondsToRollback
  const inReal = seconds === null ? '' : ` (${(seconds / speed).toFixed(1)} s on your clock)`
  return [
    `  bad version    ${bad.phase}: ${bad.requests} requests, ${bad.failed} failed`,
    `    because      ${bad.cause?.gate ? `gate "${bad.cause.gate}": ` : ''}${bad.cause?.reason ?? 'no cause recorded'}`,
    `    rollback     ${seconds === null ? 'no failure seen' : `verified ${seconds} s after the first failed request`}${inReal}`,
    `    weights      before ${show(bad.snapshot)}, read back ${show(bad.readBack)}`,
  ]
}

export function toLastLines({ console, speed, seconds }: RunFacts): readonly string[] {
  return [`  took           ${seconds.toFixed(0)} s at ${speed} × speed`, `  look around    ${console}`, '']
}

function sameWeights(a: Weights, b: Weights): boolean {
  return ['blue', 'green'].every((slot) => (a[slot] ?? 0) === (b[slot] ?? 0)) && Object.keys(a).length > 0
}

function show(weights: Weights): string {
  return `blue ${weights.blue ?? 'absent'} / green ${weights.green ?? 'absent'}`
}
