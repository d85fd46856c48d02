import { parseArgs } from 'node:util'
import { ValidationError } from '../../shared/domain/errors.ts'

/** What a call of `sluice judge` asks for. `-` as a path is standard input. */
export type JudgeTask =
  | { readonly type: 'help' }
  | {
      readonly type: 'counts'
      readonly gate: string
      readonly data: string
      readonly json: boolean
      readonly trace: boolean
    }
  | { readonly type: 'lines'; readonly gate: string; readonly data: string; readonly trace: boolean }
  | { readonly type: 'event'; readonly event: string; readonly json: boolean }

const options = {
  gate: { type: 'string' },
  data: { type: 'string' },
  ndjson: { type: 'boolean', default: false },
  event: { type: 'string' },
  json: { type: 'boolean', default: false },
  trace: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** @throws {ValidationError} If the options do not go together. */
export function readJudgeArguments(args: readonly string[]): JudgeTask {
  const { gate, data, event, json, trace, ndjson, help } = parse(args)
  if (help) return { type: 'help' }
  if (event !== undefined) {
    refuse({ gate, data, ndjson, trace }, 'does not go with --event')
    return { type: 'event', event, json }
  }
  if (data === undefined) throw new ValidationError('nothing to judge: give --data or --event')
  if (gate === undefined) throw new ValidationError('--data needs --gate; {} in that file is the default gate')
  if (gate === '-' && data === '-') throw new ValidationError('only one of --gate and --data can be standard input')
  return ndjson ? { type: 'lines', gate, data, trace } : { type: 'counts', gate, data, json, trace }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new ValidationError(error instanceof Error ? error.message : String(error), [], { cause: error })
  }
}

function refuse(given: Readonly<Record<string, string | boolean | undefined>>, why: string): void {
  const wrong = Object.keys(given).filter((name) => given[name] !== undefined && given[name] !== false)
  if (wrong.length > 0) throw new ValidationError(`${wrong.map((name) => `--${name}`).join(', ')} ${why}`)
}
