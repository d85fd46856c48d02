import type { ShownDeployment } from './api-client.ts'
import type { LoadCounts } from './load-generator.ts'

export interface Progress {
  show(deployment: ShownDeployment, counts: LoadCounts): void
  /** Ends the line that is being rewritten. */
  end(): void
}

const width = 30

/** One line that is rewritten in place on a terminal; elsewhere a line for each change of phase or weight. */
export function createProgress(stream: NodeJS.WriteStream, title: string): Progress {
  let last = ''
  stream.write(`\n${title}\n`)
  return {
    show(deployment, counts) {
      const mark = `${deployment.phase} ${deployment.weight}`
      if (!stream.isTTY && mark === last) return
      last = mark
      const line = toLine(deployment, counts)
      stream.write(
        stream.isTTY ? `\r\u001b[2K${line.slice(0, Math.max(40, (stream.columns ?? 120) - 1))}` : `${line}\n`,
      )
    },
    end() {
      if (stream.isTTY) stream.write('\n')
    },
  }
}

function toLine(deployment: ShownDeployment, counts: LoadCounts): string {
  const filled = Math.round((deployment.weight * width) / 100)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
  const gates = deployment.gates.map((gate) => `${gate.name} ${gate.verdict}`).join(', ')
  const weight = `${String(deployment.weight).padStart(5)} %`
  return `  ${bar} ${weight}  ${deployment.phase.padEnd(12)} ${counts.requests} requests, ${counts.failed} failed  ${gates}`
}
