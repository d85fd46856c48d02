import type { ShownDeployment } from './api-client.ts'
import type { LoadCounts } from './load-generator.ts'

/** Where a demo tells how it goes: a terminal, or a file. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  /** Width of a terminal, in characters. */
  readonly columns?: number
}

export interface Progress {
  show(deployment: ShownDeployment, counts: LoadCounts): void
  /** Ends the line that is being rewritten. */
  end(): void
}

/** Where a deployment is, in one line. */
export type ToLine = (deployment: ShownDeployment, counts: LoadCounts) => string

/** One line that is rewritten in place on a terminal; elsewhere a line for each change of phase or weight. */
export function createProgress(stream: Output, title: string, toLine: ToLine = toFullLine): Progress {
  let last = ''
  stream.write(`\n${title}\n`)
  return {
    show(deployment, counts) {
      const mark = `${deployment.phase} ${deployment.weight}`
      if (!stream.isTTY && mark === last) return
      last = mark
      const line = toLine(deployment, counts)
      if (stream.isTTY) rewriteLine(stream, line)
      else stream.write(`${line}\n`)
    },
    end() {
      if (stream.isTTY) stream.write('\n')
    },
  }
}

/** Puts a line in place of the one the cursor is in, as wide as the terminal allows. */
export function rewriteLine(stream: Output, line: string): void {
  stream.write(`\r\u001b[2K${line.slice(0, Math.max(40, (stream.columns ?? 120) - 1))}`)
}

/** @param width - Of the bar, in characters. */
export function toBar(percent: number, width: number): string {
  const filled = Math.round((percent * width) / 100)
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
}

function toFullLine(deployment: ShownDeployment, counts: LoadCounts): string {
  const gates = deployment.gates.map((gate) => `${gate.name} ${gate.verdict}`).join(', ')
  const weight = `${String(deployment.weight).padStart(5)} %`
  return `  ${toBar(deployment.weight, 30)} ${weight}  ${deployment.phase.padEnd(12)} ${counts.requests} requests, ${counts.failed} failed  ${gates}`
}
