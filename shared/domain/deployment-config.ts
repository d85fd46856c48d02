import type { Problem } from './errors.ts'
import { type PresetStrategy, presetStrategy, type Strategy } from './strategy.ts'

/** Where CodeDeploy shifts traffic in steps. On servers it replaces instances instead. */
export type ShiftingPlatform = 'ECS' | 'Lambda'

/** How CodeDeploy moves traffic, in its own units: whole percent, whole minutes. */
export type TrafficRouting = { readonly type: 'AllAtOnce' } | StepwiseRouting

export interface StepwiseRouting {
  readonly type: 'TimeBasedCanary' | 'TimeBasedLinear'
  /** Of the first shift (canary), or of each (linear). 1–99. */
  readonly percentage: number
  /** Between two shifts. */
  readonly intervalMinutes: number
}

/** A configuration of CodeDeploy that does what a strategy says. */
export interface ConfigWish {
  /** One of CodeDeploy's own, or of ours, which then has to be there: configurations cannot be changed once created. */
  readonly name: string
  readonly isPredefined: boolean
  readonly platform: ShiftingPlatform
  readonly routing: TrafficRouting
}

/** Either the configuration, or why CodeDeploy has none. */
export type ConfigAnswer =
  | { readonly status: 'found'; readonly config: ConfigWish }
  | { readonly status: 'impossible'; readonly problems: readonly Problem[] }

/**
 * The longest time between the first and the last shift, minutes.
 * @see CodeDeploy User Guide, "CodeDeploy quotas": 48 hours
 */
const maxShiftMinutes = 2880

/**
 * Which configuration of CodeDeploy stands for a strategy: a predefined one where there is one, else one of ours, named
 * by what it does, so that two deployments with the same wish use the same and none is ever changed.
 *
 * CodeDeploy knows all at once, canary (one percentage, then everything) and linear (the same percentage each time), in
 * whole percent and whole minutes. A list of steps is accepted where it is one of these. Its first step may need an
 * approval, for which CodeDeploy waits at `Ready` (or Sluice before it creates the deployment); between its shifts
 * CodeDeploy waits for nobody.
 *
 * @param path - Where the strategy stands in the request, `strategy`; the problems' paths begin with it.
 */
export function toDeploymentConfig(strategy: Strategy, platform: ShiftingPlatform, path: string): ConfigAnswer {
  if (strategy.type === 'preset') return fromPreset(strategy.name, platform, path)
  const plain = strategy.type === 'steps' ? asPlain(strategy) : strategy
  if (plain === null) {
    const message =
      'must be one that CodeDeploy has: blue-green, canary or linear (or steps that come to one of them, with no approval after the first)'
    return impossible([{ path, message }])
  }
  const problems = findProblems(plain, path)
  return problems.length > 0 ? impossible(problems) : found(toRouting(plain), platform)
}

/** A name means itself, on the platform it was made for: `ECSAllAtOnce` cannot shift a Lambda alias. */
function fromPreset(name: string, platform: ShiftingPlatform, path: string): ConfigAnswer {
  if (name.startsWith(`CodeDeployDefault.${platform}`))
    return { status: 'found', config: { name, isPredefined: true, platform, routing: toRouting(presetStrategy(name)) } }
  return impossible([{ path: `${path}.name`, message: `must be a configuration for ${platform}, not ${name}` }])
}

function found(routing: TrafficRouting, platform: ShiftingPlatform): ConfigAnswer {
  const answer = (name: string, isPredefined: boolean): ConfigAnswer => ({
    status: 'found',
    config: { name, isPredefined, platform, routing },
  })
  if (routing.type === 'AllAtOnce') return answer(`CodeDeployDefault.${platform}AllAtOnce`, true)
  const predefined = predefinedName(routing, platform)
  return predefined === null ? answer(customName(routing, platform), false) : answer(predefined, true)
}

function impossible(problems: readonly Problem[]): ConfigAnswer {
  return { status: 'impossible', problems }
}

/** Null where a list of steps is none of the three. The last bake is not CodeDeploy's: it ends with its last shift. */
function asPlain({ steps }: Extract<Strategy, { type: 'steps' }>): PresetStrategy | null {
  const [first] = steps
  const bakeSeconds = steps.at(-1)?.bakeSeconds ?? 0
  if (first === undefined || steps.slice(1).some(({ approval }) => approval)) return null
  if (steps.length === 1) return { type: 'blue-green', bakeSeconds }
  const { weight: percent, bakeSeconds: intervalSeconds } = first
  if (steps.length === 2) return { type: 'canary', percent, intervalSeconds, bakeSeconds }
  const isLinear = steps.every(
    (step, index) =>
      step.weight === Math.min(100, percent * (index + 1)) &&
      (index === steps.length - 1 || step.bakeSeconds === intervalSeconds),
  )
  return isLinear ? { type: 'linear', percent, intervalSeconds, bakeSeconds } : null
}

function findProblems(strategy: PresetStrategy, path: string): Problem[] {
  if (strategy.type === 'blue-green') return []
  const { type, percent, intervalSeconds } = strategy
  const problems: Problem[] = []
  if (!Number.isInteger(percent))
    problems.push({ path: `${path}.percent`, message: `must be whole percent for CodeDeploy, not ${percent}` })
  if (intervalSeconds === 0 || intervalSeconds % 60 !== 0)
    problems.push({
      path: `${path}.intervalSeconds`,
      message: `must be whole minutes for CodeDeploy, from 60 s on, not ${intervalSeconds} s`,
    })
  const shifts = type === 'canary' ? 1 : Math.ceil(100 / percent) - 1
  const minutes = (shifts * intervalSeconds) / 60
  if (minutes > maxShiftMinutes)
    problems.push({
      path: `${path}.intervalSeconds`,
      message: `CodeDeploy shifts for ${maxShiftMinutes} minutes at most; this would take ${Math.ceil(minutes)}`,
    })
  return problems
}

function toRouting(strategy: PresetStrategy): TrafficRouting {
  switch (strategy.type) {
    case 'blue-green':
      return { type: 'AllAtOnce' }
    case 'canary':
    case 'linear':
      return {
        type: strategy.type === 'canary' ? 'TimeBasedCanary' : 'TimeBasedLinear',
        percentage: strategy.percent,
        intervalMinutes: strategy.intervalSeconds / 60,
      }
  }
}

/** Minutes for which each platform has a predefined 10 % configuration. ECS writes `1Minutes` where Lambda writes `1Minute`. */
const predefinedMinutes = {
  ECS: { TimeBasedCanary: [5, 15], TimeBasedLinear: [1, 3] },
  Lambda: { TimeBasedCanary: [5, 10, 15, 30], TimeBasedLinear: [1, 2, 3, 10] },
} as const

function predefinedName({ type, percentage, intervalMinutes }: StepwiseRouting, platform: ShiftingPlatform) {
  const known: readonly number[] = predefinedMinutes[platform][type]
  if (percentage !== 10 || !known.includes(intervalMinutes)) return null
  if (type === 'TimeBasedCanary') return `CodeDeployDefault.${platform}Canary10Percent${intervalMinutes}Minutes`
  const unit = platform === 'Lambda' && intervalMinutes === 1 ? 'Minute' : 'Minutes'
  return `CodeDeployDefault.${platform}Linear10PercentEvery${intervalMinutes}${unit}`
}

/** Says all that it does: a configuration cannot be changed once it is created, so one name must mean one thing. */
function customName({ type, percentage, intervalMinutes }: StepwiseRouting, platform: ShiftingPlatform): string {
  const kind = type === 'TimeBasedCanary' ? 'canary' : 'linear'
  return `sluice-${platform.toLowerCase()}-${kind}-${percentage}-${intervalMinutes}m`
}
