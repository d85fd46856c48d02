import { ConfigError, type Problem, ValidationError } from '../../shared/domain/errors.ts'
import type { Gate } from '../../shared/domain/gates/gate.ts'
import { hookGateProblems, isHookGate } from '../../shared/domain/hook-gate.ts'
import type { WatchedGate } from '../../shared/use-cases/hooks/look-at-hook-gate.ts'
import { parse } from '../api/parse.ts'
import { gate as gateSchema } from '../api/schemas/gate.ts'
import { toGate } from '../api/to-domain.ts'
import type { HookSettings } from './create-hook.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface HookConfig {
  /** `SLUICE_HOOK_GATE`, with `SLUICE_HOOK_TARGET_GROUPS` and `SLUICE_HOOK_SERVICE`. */
  readonly watched: WatchedGate
  /** `SLUICE_HOOK_BUDGET_SECONDS`. */
  readonly settings: HookSettings
}

const targetGroupShape = /^arn:[a-z0-9-]+:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:targetgroup\/[^,\s]+$/

/** CodeDeploy waits for an hour; the last minutes are for the answer. */
const longestBudgetSeconds = 3300

/** @throws {ConfigError} Naming each variable, and each field of the gate, that is missing or wrong. */
export function loadHookConfig(env: Environment): HookConfig {
  const problems: string[] = []
  const targetGroups = readTargetGroups(env, problems)
  const settings = readBudget(env, problems)
  const gate = readGate(env, targetGroups, problems)
  if (gate === null || !isHookGate(gate) || problems.length > 0)
    throw new ConfigError(`the environment of the hook is not usable:\n- ${problems.join('\n- ')}`)
  const service = env.SLUICE_HOOK_SERVICE ?? env.AWS_LAMBDA_FUNCTION_NAME ?? 'hook'
  return { watched: { gate, targetGroups, service }, settings }
}

function readGate(env: Environment, targetGroups: readonly string[], problems: string[]): Gate | null {
  const text = env.SLUICE_HOOK_GATE?.trim() ?? ''
  if (text === '') {
    problems.push('SLUICE_HOOK_GATE is not set; expected a gate as JSON, such as {"kind":"probe","url":"https://…"}')
    return null
  }
  try {
    const gate = toGate(parse(gateSchema, JSON.parse(text), 'gate'))
    problems.push(...hookGateProblems(gate, targetGroups).map(toSentence))
    return gate
  } catch (error) {
    if (error instanceof ValidationError) problems.push(...error.problems.map(toSentence))
    else problems.push('SLUICE_HOOK_GATE is not JSON')
    return null
  }
}

function toSentence({ path, message }: Problem): string {
  return `SLUICE_HOOK_GATE${path === '' ? '' : `: ${path}`} ${message}`
}

function readTargetGroups(env: Environment, problems: string[]): readonly string[] {
  const text = env.SLUICE_HOOK_TARGET_GROUPS?.trim() ?? ''
  const arns = text === '' ? [] : text.split(',').map((arn) => arn.trim())
  if (arns.length > 2 || !arns.every((arn) => targetGroupShape.test(arn)))
    problems.push(
      `SLUICE_HOOK_TARGET_GROUPS is ${JSON.stringify(text)}; expected the ARNs of one or two target groups, with a comma between`,
    )
  return arns
}

function readBudget(env: Environment, problems: string[]): HookSettings {
  const text = env.SLUICE_HOOK_BUDGET_SECONDS?.trim() ?? ''
  if (text === '') return {}
  const budgetSeconds = Number(text)
  if (!/^[0-9]+$/.test(text) || budgetSeconds < 1 || budgetSeconds > longestBudgetSeconds)
    problems.push(
      `SLUICE_HOOK_BUDGET_SECONDS is ${JSON.stringify(text)}; expected a whole number from 1 to ${longestBudgetSeconds}`,
    )
  return { budgetSeconds }
}
