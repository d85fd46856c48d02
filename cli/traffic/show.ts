import type { Slot } from '../../shared/domain/traffic.ts'
import { toPrintable } from '../judge/printable.ts'
import type { DeploymentAnswer, RouteAnswer, TrafficAnswer, Weights } from './answer.ts'
import type { History } from './last-writes.ts'
import { shortName } from './short-name.ts'

export interface Page {
  /** Of the terminal; infinite where nobody reads it on one. */
  readonly columns: number
  /** Marks what needs a person. */
  readonly alarm: (text: string) => string
}

/** Where a service's traffic goes, for people: a block a route, then who writes now, and whether it could go back. */
export function showTraffic(service: string, traffic: TrafficAnswer, { open, writes }: History, page: Page): string {
  const { routes, leases, rollback } = traffic
  const names = new Map(routes.map(({ resource }) => [resource, shortName(resource)]))
  const blocks = routes.map((route) =>
    [
      toPrintable(`${route.kind} ${names.get(route.resource)}`),
      ...sidesOf(route, open),
      ...said(page, [
        ['written', writtenOf(route, writes.get(route.resource))],
        ...driftOf(route, open?.canary ?? 'green', page),
        ...problemOf(route, page),
      ]),
    ].join('\n'),
  )
  const held = leases.map(
    ({ resource, expiresAt }) => `${names.get(resource) ?? shortName(resource)} until ${expiresAt}`,
  )
  const rest = said(page, [
    ['leases', held.length === 0 ? 'nobody writes now' : held.join('; ')],
    ['rollback', rollbackOf(rollback)],
  ])
  const title = open ? `${service}: ${open.id} is ${open.phase}` : `${service}: no deployment is open`
  return `${[wrap(toPrintable(title), page.columns).join('\n'), ...blocks, rest.join('\n')].join('\n\n')}\n`
}

type Said = readonly [label: string, text: string, paint?: (text: string) => string]

const labelWidth = 'rollback'.length

/** Labelled sentences, wrapped beside their labels. Colour comes last: it has no width. */
function said({ columns }: Page, entries: readonly Said[]): readonly string[] {
  const indent = 2 + labelWidth + 2
  return entries.flatMap(([label, text, paint = (line: string) => line]) =>
    wrap(toPrintable(text), Math.max(20, columns - indent)).map(
      (line, index) => `  ${(index === 0 ? label : '').padEnd(labelWidth)}  ${paint(line)}`,
    ),
  )
}

/** By words; one that is longer than a line stays whole, so that it can be copied. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}

function sidesOf({ raw, targets }: RouteAnswer, open: DeploymentAnswer | null): readonly string[] {
  const rows = (['blue', 'green'] as const).map((slot) => {
    const health = targets[slot]
    return [
      open ? `${roleOf(slot, open)} ${slot}` : slot,
      raw ? String(raw[slot]) : '?',
      raw ? percentOf(raw, slot) : '',
      health ? `${health.healthy} of ${health.total} healthy` : 'health not known',
    ] as const
  })
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map(([name, weight, percent, health]) => {
    const cells = [
      name.padEnd(widths[0] ?? 0),
      weight.padStart(widths[1] ?? 0),
      percent.padStart(widths[2] ?? 0),
      health,
    ]
    return `  ${cells.join('  ')}`
  })
}

function roleOf(slot: Slot, { stable }: DeploymentAnswer): string {
  return slot === stable ? 'stable' : 'canary'
}

/** To a tenth; a share that is there never reads as none, nor one that is not all as all. */
function percentOf(raw: Weights, slot: Slot): string {
  const total = raw.blue + raw.green
  if (total === 0) return 'no share'
  const percent = (100 * raw[slot]) / total
  const rounded = percent > 0 && percent < 100 ? Math.min(99.9, Math.max(0.1, percent)) : percent
  return `${Number(rounded.toFixed(1))} %`
}

function writtenOf({ lastWritten }: RouteAnswer, write: { deployment: string; at: string } | undefined): string {
  if (!lastWritten) return 'never by Sluice'
  return `${splitOf(lastWritten)}${write ? ` by ${write.deployment} at ${write.at}` : ''}`
}

function driftOf({ foreignChange }: RouteAnswer, canary: Slot, { alarm }: Page): readonly Said[] {
  if (!foreignChange) return []
  const { before, after, beyondWeights } = foreignChange
  const share = (weights: Weights) => `${splitOf(weights)} (${canary} ${percentOf(weights, canary)})`
  const other = beyondWeights ? '; something besides the weights differs' : ''
  return [
    ['drift', `somebody else changed it: ${before ? share(before) : 'nothing'} -> ${share(after)}${other}`, alarm],
  ]
}

function problemOf({ problem }: RouteAnswer, { alarm }: Page): readonly Said[] {
  return problem === null ? [] : [['problem', problem, alarm]]
}

function splitOf({ blue, green }: Weights): string {
  return `blue ${blue}, green ${green}`
}

function rollbackOf(rollback: TrafficAnswer['rollback']): string {
  if (!rollback) return 'nothing to go back from'
  if (rollback.ready) return `ready, about ${rollback.estimatedSeconds} s`
  return `not ready: ${rollback.reasons.join('; ')}`
}
