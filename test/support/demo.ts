import type { ShownDeployment } from '../../local/demo/api-client.ts'
import type { Output } from '../../local/demo/progress.ts'
import type { Route53Report } from '../../local/demo/route53/report.ts'

/** A deployment as the demo reads it from the API. */
export function aShownDeployment(overrides: Partial<ShownDeployment> = {}): ShownDeployment {
  return {
    ...{ id: 'dep_1', phase: 'baking', version: 5, weight: 20, observedWeight: null, cause: null, gates: [] },
    ...{ endedAt: null, links: {} },
    ...overrides,
  }
}

/** The report of a demo over DNS that went as it should. */
export function aRoute53Report(changes: { good?: object; bad?: object } = {}): Route53Report {
  return {
    good: {
      ...{ id: 'dep_1', phase: 'succeeded', requests: 6000, failed: 0 },
      observed: { weight: 20, byClients: 21.6, byLoadBalancers: 18.4 },
      ...changes.good,
    },
    bad: {
      ...{ id: 'dep_2', phase: 'rolled-back', requests: 3000, failed: 130 },
      cause: { type: 'gate', gate: 'errors', reason: 'error-rate 0.25 is above 0.01' },
      secondsToRollback: 374.8,
      snapshot: { blue: 0, green: 100 },
      readBack: { blue: 0, green: 100 },
      observed: { weight: 20, byClients: 22.2, byLoadBalancers: null },
      tail: {
        ...{ seconds: 120, endsAt: '2026-01-01T00:02:00.000Z' },
        lastRequestSeconds: 46.3,
        requests: 35,
        failed: 9,
      },
      ...changes.bad,
    },
    clients: 196,
    resolvers: 41,
  }
}

/** Takes what is written, as a file or a terminal of 100 columns would. */
export function anOutput({ isTTY = false } = {}): { readonly output: Output; text(): string } {
  let written = ''
  const write = (text: string) => {
    written += text
  }
  return { output: { write, isTTY, columns: 100 }, text: () => written }
}
