import type { Cell } from './cells.ts'
import { createArgoLike } from './peers/argo.ts'
import { createCodeDeployLike } from './peers/code-deploy.ts'
import { createFlaggerLike } from './peers/flagger.ts'
import { createKayentaLike } from './peers/kayenta/rule.ts'
import type { Rule } from './peers/minute.ts'
import { createNaive } from './peers/naive.ts'
import { runGate, runProof, type SluiceOptions } from './sluice.ts'
import type { Run } from './traffic.ts'

/** Minutes from the first shift until a decider acts; null: it does not. */
export type Decide = (run: Run) => number | null

/** How each decider is called in reports. */
export const deciderNames = {
  'sluice-10': 'Sluice, 10-s counts',
  'sluice-60': 'Sluice, 60-s counts',
  'code-deploy': 'CodeDeploy-like, >1 %, 2 of 2',
  flagger: 'Flagger-like, <99 %, 5 checks',
  argo: 'Argo-like, <99 %, limit 3',
  'kayenta-cohort': 'Kayenta-like, equal cohort',
  'kayenta-stable': 'Kayenta-like, vs production',
  naive: 'naive p<1 % each minute',
  'proof-10': 'the proof alone, 10 s',
  'raw-10': 'e-process alone, 10 s',
  'raw-60': 'e-process alone, 60 s',
  'raw-10-no-restart': 'e-process alone, 10 s, no restart',
  'cap8-10': 'e-process, cap 8',
  'cap4-10': 'e-process, cap 4',
  'phi-10': 'e-process, dispersion, no cap',
} as const

export type DeciderId = keyof typeof deciderNames

export const peers: readonly DeciderId[] = [
  'code-deploy',
  'flagger',
  'argo',
  'kayenta-cohort',
  'kayenta-stable',
  'naive',
]
export const sluice: readonly DeciderId[] = ['sluice-10', 'sluice-60']
/** The gate, which calls nothing proven that it has rolled back, and its proof without that help. */
export const provers: readonly DeciderId[] = ['sluice-10', 'proof-10']
/** The test without what the gate puts around it, to see what that costs and what it is good for. */
export const everyone: readonly DeciderId[] = [...sluice, ...peers, 'raw-10', 'raw-60']
export const lateDeciders: readonly DeciderId[] = [...everyone, 'raw-10-no-restart']
export const burstDeciders: readonly DeciderId[] = [...everyone, 'cap8-10', 'cap4-10', 'phi-10']

/** The test without what the gate puts around it: dispersion, cap, least errors, materiality. */
const alone = { phi: 1, cap: null, minErrors: 0, materiality: 0 } as const

const gates: Partial<Record<DeciderId, SluiceOptions>> = {
  'sluice-10': { bucketSeconds: 10 },
  'sluice-60': { bucketSeconds: 60 },
  'proof-10': { bucketSeconds: 10 },
  'raw-10': { bucketSeconds: 10, parameters: alone },
  'raw-60': { bucketSeconds: 60, parameters: alone },
  'raw-10-no-restart': { bucketSeconds: 10, parameters: { ...alone, restarts: { release: 1, later: 0 } } },
  'cap8-10': { bucketSeconds: 10, parameters: { ...alone, cap: 8 } },
  'cap4-10': { bucketSeconds: 10, parameters: { ...alone, cap: 4 } },
  'phi-10': { bucketSeconds: 10, parameters: { ...alone, phi: 'history' } },
}

/** By the canary's share of traffic at the start, a fraction. */
const rules: Partial<Record<DeciderId, (share: number) => Rule>> = {
  'code-deploy': () => createCodeDeployLike(),
  flagger: () => createFlaggerLike(),
  argo: () => createArgoLike(),
  'kayenta-cohort': () => createKayentaLike({ control: 'cohort' }),
  'kayenta-stable': () => createKayentaLike({ control: 'stable' }),
  naive: (share) => createNaive({ share, level: 0.01 }),
}

/**
 * Makes the decider of one cell.
 *
 * @throws {Error} For a decider that is neither a gate of ours nor a peer.
 */
export function createDecider(id: DeciderId, cell: Cell): Decide {
  const options = gates[id]
  if (options !== undefined) return id === 'proof-10' ? prove(options, cell) : decideAs(options, cell)
  const rule = rules[id]?.((cell.scenario.weights[0]?.value ?? 0) / 100)
  if (rule === undefined) throw new Error(`nobody knows how "${id}" decides`)
  return (run) => rule(run.minutes)
}

function decideAs(options: SluiceOptions, { question }: Cell): Decide {
  if (question.kind !== 'promote') return (run) => runGate(run, options, 'failed').failed
  const limited = withLimit(options, question.limit)
  return (run) => {
    const { failed, proven } = runGate(run, limited, 'either')
    return failed === null ? proven : null
  }
}

function prove(options: SluiceOptions, { question }: Cell): Decide {
  const limited = question.kind === 'promote' ? withLimit(options, question.limit) : options
  return (run) => runProof(run, limited)
}

function withLimit(options: SluiceOptions, pMax: number): SluiceOptions {
  return { ...options, parameters: { ...options.parameters, pMax } }
}
