import { type Problem, ValidationError } from './errors.ts'
import { isPercent } from './traffic.ts'

/**
 * How traffic moves from stable to canary. The API takes one of these; everything behind it works on the list of steps
 * that `buildPlan` makes of it. Percentages have at most one decimal; durations are whole seconds.
 */
export type Strategy =
  | { readonly type: 'blue-green'; readonly bakeSeconds: number }
  | {
      readonly type: 'canary'
      readonly percent: number
      readonly intervalSeconds: number
      readonly bakeSeconds: number
    }
  | {
      readonly type: 'linear'
      readonly percent: number
      readonly intervalSeconds: number
      readonly bakeSeconds: number
    }
  | { readonly type: 'steps'; readonly steps: readonly StepWish[] }
  | { readonly type: 'preset'; readonly name: string }

/** One step as asked for; the weights of a list rise strictly and end at 100. */
export interface StepWish {
  /** Canary share in percent, above 0 up to 100, at most one decimal. */
  readonly weight: number
  readonly bakeSeconds: number
  /** True: a person must approve before this step's weight is written. Default false. */
  readonly approval?: boolean
}

/** Limits of every strategy. A week is the longest bake; 50 steps are what a person can still read. */
export const strategyLimits = { maxSteps: 50, maxBakeSeconds: 604_800 } as const

/** What a preset stands for. */
export type PresetStrategy = Extract<Strategy, { type: 'blue-green' | 'canary' | 'linear' }>

const allAtOnce: PresetStrategy = { type: 'blue-green', bakeSeconds: 0 }
const canary10 = (minutes: number): PresetStrategy => ({
  type: 'canary',
  percent: 10,
  intervalSeconds: minutes * 60,
  bakeSeconds: 0,
})
const linear10 = (minutes: number): PresetStrategy => ({
  type: 'linear',
  percent: 10,
  intervalSeconds: minutes * 60,
  bakeSeconds: 0,
})

/**
 * CodeDeploy's built-in configurations for ECS and Lambda; CodeDeploy ends with the last shift, so they bake 0 s at 100.
 * ECS says `1Minutes` where Lambda says `1Minute`.
 * @see CodeDeploy user guide, "Working with deployment configurations"
 */
const presets: Readonly<Record<string, PresetStrategy>> = {
  'CodeDeployDefault.ECSAllAtOnce': allAtOnce,
  'CodeDeployDefault.ECSCanary10Percent5Minutes': canary10(5),
  'CodeDeployDefault.ECSCanary10Percent15Minutes': canary10(15),
  'CodeDeployDefault.ECSLinear10PercentEvery1Minutes': linear10(1),
  'CodeDeployDefault.ECSLinear10PercentEvery3Minutes': linear10(3),
  'CodeDeployDefault.LambdaAllAtOnce': allAtOnce,
  'CodeDeployDefault.LambdaCanary10Percent5Minutes': canary10(5),
  'CodeDeployDefault.LambdaCanary10Percent10Minutes': canary10(10),
  'CodeDeployDefault.LambdaCanary10Percent15Minutes': canary10(15),
  'CodeDeployDefault.LambdaCanary10Percent30Minutes': canary10(30),
  'CodeDeployDefault.LambdaLinear10PercentEvery1Minute': linear10(1),
  'CodeDeployDefault.LambdaLinear10PercentEvery2Minutes': linear10(2),
  'CodeDeployDefault.LambdaLinear10PercentEvery3Minutes': linear10(3),
  'CodeDeployDefault.LambdaLinear10PercentEvery10Minutes': linear10(10),
}

export const presetNames: readonly string[] = Object.keys(presets)

/**
 * What a preset's name means.
 *
 * @throws {ValidationError} If there is no preset of that name.
 */
export function presetStrategy(name: string): PresetStrategy {
  const found = Object.hasOwn(presets, name) ? presets[name] : undefined
  if (found === undefined) throw new ValidationError(noPreset(name))
  return found
}

function noPreset(name: string): string {
  return `there is no preset "${name}"; it must be one of ${presetNames.join(', ')}`
}

/**
 * Checks the rules beyond a strategy's shape.
 *
 * @param path - Where the strategy stands in the request, `strategy`; the problems' paths begin with it.
 * @returns Every broken rule; empty when the strategy can be planned.
 */
export function checkStrategy(strategy: Strategy, path: string): Problem[] {
  switch (strategy.type) {
    case 'blue-green':
      return checkSeconds(strategy.bakeSeconds, `${path}.bakeSeconds`)
    case 'canary':
    case 'linear':
      return [
        ...checkPart(strategy.percent, `${path}.percent`),
        ...checkSeconds(strategy.intervalSeconds, `${path}.intervalSeconds`),
        ...checkSeconds(strategy.bakeSeconds, `${path}.bakeSeconds`),
      ]
    case 'steps':
      return checkSteps(strategy.steps, `${path}.steps`)
    case 'preset':
      return presetNames.includes(strategy.name) ? [] : [{ path: `${path}.name`, message: noPreset(strategy.name) }]
  }
}

function checkPart(percent: number, path: string): Problem[] {
  if (!isPercent(percent)) return [{ path, message: notAPercent(percent) }]
  if (percent > 0 && percent < 100) return []
  return [{ path, message: `must be above 0 and below 100, not ${percent}; for all at once take blue-green` }]
}

function notAPercent(value: number): string {
  return `must be a percentage from 0 to 100 with at most one decimal, not ${value}`
}

function checkSeconds(seconds: number, path: string): Problem[] {
  if (Number.isInteger(seconds) && seconds >= 0 && seconds <= strategyLimits.maxBakeSeconds) return []
  return [
    { path, message: `must be whole seconds from 0 to ${strategyLimits.maxBakeSeconds} (7 days), not ${seconds}` },
  ]
}

function checkSteps(steps: readonly StepWish[], path: string): Problem[] {
  if (steps.length < 1 || steps.length > strategyLimits.maxSteps) {
    return [{ path, message: `must have 1 to ${strategyLimits.maxSteps} steps, not ${steps.length}` }]
  }
  const problems = steps.flatMap((step, index) => [
    ...checkWeight(step.weight, steps[index - 1]?.weight ?? 0, `${path}[${index}].weight`),
    ...checkSeconds(step.bakeSeconds, `${path}[${index}].bakeSeconds`),
  ])
  const last = steps.at(-1)?.weight
  if (last === 100) return problems
  return [
    ...problems,
    { path: `${path}[${steps.length - 1}].weight`, message: `the last step must be 100, not ${last}` },
  ]
}

function checkWeight(weight: number, before: number, path: string): Problem[] {
  if (!isPercent(weight)) return [{ path, message: notAPercent(weight) }]
  if (weight > before) return []
  return [{ path, message: `weights must rise strictly: ${weight} is not above ${before}` }]
}
