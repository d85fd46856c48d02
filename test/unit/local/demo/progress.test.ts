import { describe, expect, it } from 'vitest'
import { createProgress } from '../../../../local/demo/progress.ts'
import { toDnsLine } from '../../../../local/demo/route53/progress-line.ts'
import { anOutput, aShownDeployment } from '../../../support/demo.ts'

const gate = (name: string, verdict: string) => ({ name, verdict, reason: 'so it is' })
const counts = { requests: 2885, failed: 104 }

describe('toDnsLine', () => {
  it.each([
    { name: 'no gate yet', gates: [], word: '' },
    { name: 'all pass', gates: [gate('errors', 'pass'), gate('latency', 'pass')], word: 'gates pass' },
    { name: 'one has no data', gates: [gate('errors', 'pass'), gate('latency', 'no-data')], word: 'latency no-data' },
    { name: 'one fails', gates: [gate('errors', 'no-data'), gate('latency', 'fail')], word: 'latency fail' },
  ])('shows the weight, what arrives and the worst gate: $name', ({ gates, word }) => {
    const line = toDnsLine(() => 18.1)(aShownDeployment({ weight: 20, gates }), counts)
    expect(line).toBe(`  ███░░░░░░░░░░░   20 %  arriving  18.1 %  baking       2885 requests, 104 failed  ${word}`)
  })

  it('fits into 100 columns with its longest words', () => {
    const deployment = aShownDeployment({ phase: 'rolled-back', weight: 100, gates: [gate('latency', 'no-data')] })
    expect(toDnsLine(() => 100)(deployment, counts).length).toBeLessThan(100)
  })

  it('does not know what arrives before anything did', () => {
    expect(toDnsLine(() => null)(aShownDeployment(), counts)).toContain('20 %  arriving     ? %  baking')
  })
})

describe('createProgress', () => {
  it('writes a line for each change of phase or weight where there is no terminal', () => {
    const { output, text } = anOutput()
    const progress = createProgress(output, 'v2', ({ phase, weight }, { requests }) => `${phase} ${weight} ${requests}`)
    progress.show(aShownDeployment({ weight: 20 }), { requests: 1, failed: 0 })
    progress.show(aShownDeployment({ weight: 20 }), { requests: 2, failed: 0 })
    progress.show(aShownDeployment({ weight: 100 }), { requests: 3, failed: 0 })
    progress.end()
    expect(text()).toBe('\nv2\nbaking 20 1\nbaking 100 3\n')
  })

  it('rewrites one line on a terminal, no wider than that', () => {
    const { output, text } = anOutput({ isTTY: true })
    const progress = createProgress(output, 'v2', (_, { requests }) => String(requests).repeat(150))
    progress.show(aShownDeployment(), { requests: 1, failed: 0 })
    progress.show(aShownDeployment(), { requests: 2, failed: 0 })
    progress.end()
    const start = '\r\u001b[2K'
    expect(text()).toBe(`\nv2\n${start}${'1'.repeat(99)}${start}${'2'.repeat(99)}\n`)
  })

  it('shows weight, phase, requests and every gate where nothing else is asked for', () => {
    const { output, text } = anOutput()
    const gates = [gate('errors', 'pass'), gate('latency', 'no-data')]
    createProgress(output, 'v2').show(aShownDeployment({ gates }), counts)
    expect(text()).toBe(
      '\nv2\n  ██████░░░░░░░░░░░░░░░░░░░░░░░░    20 %  baking       2885 requests, 104 failed  errors pass, latency no-data\n',
    )
  })
})
