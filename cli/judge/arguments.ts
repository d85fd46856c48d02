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
      /** The verdict as exit code. */
      readonly exitCode: boolean
    }
  | { readonly type: 'lines'; readonly gate: string; readonly data: string; readonly trace: boolean }
  | { readonly type: 'event'; readonly event: string; readonly json: boolean }
  | BacktestTask

/** Judges a service's past. */
export interface BacktestTask {
  readonly type: 'backtest'
  readonly service: string
  /** A file; null: a gate of the service, the one of `gateName` or its only one. */
  readonly gate: string | null
  readonly gateName: string | null
  /** 1–15. */
  readonly days: number
  /** 1–1000. */
  readonly splits: number
  readonly seed: number
  /** Percent; null: the first weight of the service's plan. */
  readonly weight: number | null
  readonly json: boolean
  readonly exitCode: boolean
}

const options = {
  gate: { type: 'string' },
  data: { type: 'string' },
  ndjson: { type: 'boolean', default: false },
  event: { type: 'string' },
  cloudwatch: { type: 'boolean', default: false },
  service: { type: 'string' },
  'gate-name': { type: 'string' },
  days: { type: 'string' },
  splits: { type: 'string' },
  seed: { type: 'string' },
  weight: { type: 'string' },
  json: { type: 'boolean', default: false },
  trace: { type: 'boolean', default: false },
  'exit-code': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** @throws {ValidationError} If the options do not go together. */
export function readJudgeArguments(args: readonly string[]): JudgeTask {
  const values = parse(args)
  if (values.help) return { type: 'help' }
  for (const file of ['gate', 'data', 'event'] as const)
    if (values[file] === '') throw new ValidationError(`--${file} needs a file, or - for standard input`)
  const { gate, data, event, json, trace, ndjson, cloudwatch, 'exit-code': exitCode, help: _, ...ofBacktest } = values
  if (cloudwatch) {
    refuse({ data, event, ndjson, trace }, 'does not go with --cloudwatch')
    return toBacktest(values)
  }
  refuse(ofBacktest, 'goes only with --cloudwatch')
  if (event !== undefined) {
    refuse({ gate, data, ndjson, trace, 'exit-code': exitCode }, 'does not go with --event')
    return { type: 'event', event, json }
  }
  if (data === undefined) throw new ValidationError('nothing to judge: give --data, --event or --cloudwatch')
  if (gate === undefined) throw new ValidationError('--data needs --gate; {} in that file is the default gate')
  if (gate === '-' && data === '-') throw new ValidationError('only one of --gate and --data can be standard input')
  if (!ndjson) return { type: 'counts', gate, data, json, trace, exitCode }
  refuse({ 'exit-code': exitCode }, 'does not go with --ndjson')
  return { type: 'lines', gate, data, trace }
}

function toBacktest(values: ReturnType<typeof parse>): BacktestTask {
  const {
    service,
    gate = null,
    'gate-name': gateName = null,
    days,
    splits,
    seed,
    weight,
    json,
    'exit-code': exitCode,
  } = values
  if (service === undefined) throw new ValidationError('--cloudwatch needs --service')
  if (gate !== null && gateName !== null) throw new ValidationError('--gate and --gate-name do not go together')
  return {
    type: 'backtest',
    service,
    gate,
    gateName,
    days: toNumber('days', days, { otherwise: 14, low: 1, high: 15 }),
    splits: toNumber('splits', splits, { otherwise: 20, low: 1, high: 1000 }),
    seed: toNumber('seed', seed, { otherwise: 1, low: 0, high: Number.MAX_SAFE_INTEGER }),
    weight: weight === undefined ? null : toWeight(weight),
    json,
    exitCode,
  }
}

function toNumber(
  name: string,
  given: string | undefined,
  { otherwise, low, high }: { readonly otherwise: number; readonly low: number; readonly high: number },
): number {
  const number = given === undefined ? otherwise : Number(given)
  if (given?.trim() !== '' && Number.isInteger(number) && number >= low && number <= high) return number
  throw new ValidationError(`--${name} must be a whole number from ${low} to ${high}, not "${given}"`)
}

function toWeight(given: string): number {
  const weight = Number(given)
  if (weight >= 0.1 && weight <= 99.9) return weight
  throw new ValidationError(`--weight must be a percentage from 0.1 to 99.9, not "${given}"`)
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
