import type { Actor, Deployment, Finding, Override } from './deployment.ts'
import { anError } from './findings/facts.ts'
import type { OpenFreeze } from './freeze.ts'

/** An order of a person that holds for every service: no new deployment, no raise. Rolling back goes on. */
export interface Stop {
  readonly reason: string
  readonly by: Actor
  readonly at: string
}

/** What keeps every raise waiting, and refuses a start. Never a rollback, an abort, or a write that lowers the share. */
export interface RaiseBlock {
  /** Id of the finding that an override names. */
  readonly finding: 'freeze' | 'stopped' | 'codedeploy-busy'
  readonly reason: string
  /** When it ends by itself, ISO 8601; null: when a person ends it. */
  readonly until: string | null
}

/** What stands at one instant, given which windows are open then. Of several freezes the one that ends last. */
export function blocksOf(stop: Stop | null, open: readonly OpenFreeze[]): readonly RaiseBlock[] {
  const last = open.toSorted((a, b) => b.endsAtMs - a.endsAtMs)[0]
  return [...(stop ? [stoppedBlock(stop)] : []), ...(last ? [freezeBlock(last)] : [])]
}

/**
 * Whether a deployment goes on although the line is stopped: its caller knew of that stop and said why it does not count.
 * A stop that came later is news to everybody.
 */
export function isStopOverridden(stop: Stop, { overrides, createdAt }: Pick<Deployment, 'overrides' | 'createdAt'>) {
  return isOverridden('stopped', overrides) && Date.parse(stop.at) <= Date.parse(createdAt)
}

export function isFreezeOverridden({ overrides }: Pick<Deployment, 'overrides'>): boolean {
  return isOverridden('freeze', overrides)
}

export function blockFindings(blocks: readonly RaiseBlock[]): Finding[] {
  return blocks.map(({ finding, reason }) => anError(finding, titles[finding], reason))
}

/** What keeps a raise waiting refuses no deployment that had its turn before: it is prepared, and its raises wait. */
export function lessenBlocks(findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) => (isBlock(finding) ? { ...finding, severity: 'warning' as const } : finding))
}

/** Of a group that is busy the id also names the deployment that runs in it. */
function isBlock({ id }: Finding): boolean {
  return Object.keys(titles).some((title) => id === title || id.startsWith(`${title}:`))
}

const titles = {
  freeze: 'A freeze window is open',
  stopped: 'The line is stopped',
  'codedeploy-busy': 'Another deployment runs in the group',
} as const satisfies Record<RaiseBlock['finding'], string>

function stoppedBlock({ reason, by, at }: Stop): RaiseBlock {
  return { finding: 'stopped', reason: `${by.name} stopped the line at ${at}: ${reason}`, until: null }
}

function freezeBlock({ window: { cron, timeZone, reason }, endsAtMs }: OpenFreeze): RaiseBlock {
  const until = new Date(endsAtMs).toISOString()
  const why = reason === undefined ? '' : `: ${reason}`
  return { finding: 'freeze', reason: `the freeze window "${cron}" (${timeZone}) is open until ${until}${why}`, until }
}

function isOverridden(finding: RaiseBlock['finding'], overrides: readonly Override[]): boolean {
  return overrides.some((override) => override.finding === finding)
}
