import { toPrintable } from '../judge/printable.ts'

/** What the command says of the record that it was answered. */
export interface LateRollback {
  readonly id: string
  readonly phase: string
  readonly lateRollbackOf: string
}

/** One line for people. */
export function showLateRollback({ id, phase, lateRollbackOf }: LateRollback): string {
  const [late, of] = [toPrintable(id), toPrintable(lateRollbackOf)]
  return phase === 'rolled-back'
    ? `${of} is taken back: traffic was read back as it was before it (${late})\n`
    : `${of} is being taken back by ${late} (${toPrintable(phase)}); the check finishes it\n`
}

/** What is missing, a line each. */
export function showMissing(
  detail: string,
  errors: readonly { readonly path: string; readonly message: string }[],
): string {
  if (errors.length === 0) return `${toPrintable(detail)}\n`
  const width = Math.max(...errors.map(({ path }) => toPrintable(path).length))
  const rows = errors.map(({ path, message }) => `  ${toPrintable(path).padEnd(width)}  ${toPrintable(message)}`)
  return ['not taken back; what is missing:', '', ...rows, ''].join('\n')
}
