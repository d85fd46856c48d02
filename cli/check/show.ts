import type { CheckReport } from '../../shared/ports/check-invoker.ts'
import { toPrintable } from '../judge/printable.ts'

/** A report for people: how much was looked at, and a line for each deployment that could not be. */
export function showReport({ checked, failed }: CheckReport): string {
  const deployments = `${checked} ${checked === 1 ? 'deployment' : 'deployments'}`
  if (failed.length === 0) return `${deployments} checked\n`
  const width = Math.max('deployment'.length, ...failed.map(({ id }) => toPrintable(id).length))
  const rows = [{ id: 'deployment', reason: 'why it could not be checked' }, ...failed]
  const table = rows.map(({ id, reason }) => `  ${toPrintable(id).padEnd(width)}  ${toPrintable(reason)}`)
  return [`${deployments} checked, ${failed.length} of them could not be`, '', ...table, ''].join('\n')
}
