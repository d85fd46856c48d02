import type { DemoReport } from './run-demo.ts'

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
export function toText(
  report: DemoReport,
  links: { readonly console: string; readonly speed: number; readonly seconds: number },
): string {
  const { good, bad } = report
  const seconds = bad.secondsToRollback
  const inReal = seconds === null ? '' : ` (${(seconds / links.speed).toFixed(1)} s on your clock)`
  return [
    '',
    'Report',
    `  good version   ${good.phase}: ${good.requests} requests, ${good.failed} failed`,
    `  bad version    ${bad.phase}: ${bad.requests} requests, ${bad.failed} failed`,
    `    because      ${bad.cause?.gate ? `gate "${bad.cause.gate}": ` : ''}${bad.cause?.reason ?? 'no cause recorded'}`,
    `    rollback     ${seconds === null ? 'no failure seen' : `verified ${seconds} s after the first failed request`}${inReal}`,
    `    weights      before ${show(bad.snapshot)}, read back ${show(bad.readBack)}`,
    `  took           ${links.seconds.toFixed(0)} s at ${links.speed} × speed`,
    `  look around    ${links.console}`,
    '',
  ].join('\n')
}

function sameWeights(a: DemoReport['bad']['snapshot'], b: DemoReport['bad']['readBack']): boolean {
  return ['blue', 'green'].every((slot) => (a[slot] ?? 0) === (b[slot] ?? 0)) && Object.keys(a).length > 0
}

function show(weights: DemoReport['bad']['snapshot']): string {
  return `blue ${weights.blue ?? 'absent'} / green ${weights.green ?? 'absent'}`
}
