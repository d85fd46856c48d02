import type { ShownDeployment } from '../api-client.ts'
import { type ToLine, toBar } from '../progress.ts'

/** The line with its longest words then fits into 100 columns. */
export const barWidth = 14

/** Beside the weight, which is a wish, what really arrives: it follows as caches run out. */
export function toDnsLine(recentShare: () => number | null): ToLine {
  return (deployment, { requests, failed }) => {
    const { weight, phase } = deployment
    const arriving = recentShare()
    return [
      `  ${toBar(weight, barWidth)} ${String(weight).padStart(4)} %`,
      `arriving ${arriving === null ? '    ?' : arriving.toFixed(1).padStart(5)} %`,
      phase.padEnd(11),
      `${String(requests).padStart(4)} requests, ${failed} failed`,
      toGateWord(deployment),
    ].join('  ')
  }
}

/** The worst of the gates: there is room for one. */
function toGateWord({ gates }: ShownDeployment): string {
  const worst = gates.find(({ verdict }) => verdict === 'fail') ?? gates.find(({ verdict }) => verdict !== 'pass')
  if (worst) return `${worst.name} ${worst.verdict}`
  return gates.length === 0 ? '' : 'gates pass'
}
