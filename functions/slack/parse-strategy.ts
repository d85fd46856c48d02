import { parseDuration } from '../../shared/domain/duration.ts'
import { checkStrategy, presetNames } from '../../shared/domain/strategy.ts'
import { strategyUsage, type TypedStrategy } from './command.ts'
import { Misuse, quote } from './misuse.ts'
import type { Words } from './words.ts'

/** How long traffic stays at 100 % before the deployment counts as succeeded, where nothing else is typed. Seconds. */
const defaultBakeSeconds = 600

const presetPrefix = 'codedeploydefault.'

/**
 * Reads a strategy if one begins here: `canary 10% 30m`, `linear 10% 5m`, `blue-green`, each with a last bake time if
 * wanted, or the name of a preset, with or without `CodeDeployDefault.`.
 *
 * @returns Null, and nothing taken, if the next word begins none.
 * @throws {Misuse} If one begins and is not complete, or breaks a rule of strategies.
 */
export function readStrategy(words: Words): TypedStrategy | null {
  const strategy = readShape(words)
  const [problem] = strategy === null ? [] : checkStrategy(strategy, '')
  if (problem) throw new Misuse(`the strategy's ${problem.path.replace('.', '')} ${problem.message}`)
  return strategy
}

function readShape(words: Words): TypedStrategy | null {
  const type = words.peek()
  if (type === 'blue-green') {
    words.take()
    return { type, bakeSeconds: readBake(words) }
  }
  if (type === 'canary' || type === 'linear') {
    words.take()
    return { type, percent: readPercent(words), intervalSeconds: readInterval(words), bakeSeconds: readBake(words) }
  }
  const preset = presetNames.find((name) => type !== null && withoutPrefix(name) === withoutPrefix(type))
  if (preset === undefined) return null
  words.take()
  return { type: 'preset', name: preset }
}

function withoutPrefix(name: string): string {
  const lower = name.toLowerCase()
  return lower.startsWith(presetPrefix) ? lower.slice(presetPrefix.length) : lower
}

function readPercent(words: Words): number {
  const typed = words.take()
  const match = /^([0-9]{1,3}(?:\.[0-9])?)%?$/.exec(typed ?? '')
  if (!match) throw new Misuse(`a percentage must come next, such as 10%, ${insteadOf(typed)}`, strategyUsage[0])
  return Number(match[1])
}

function readInterval(words: Words): number {
  const typed = words.take()
  const seconds = parseDuration(typed ?? '')
  if (seconds === null)
    throw new Misuse(`the time at each weight must come next, such as 30m, ${insteadOf(typed)}`, strategyUsage[0])
  return seconds
}

function readBake(words: Words): number {
  const seconds = parseDuration(words.peek() ?? '')
  if (seconds === null) return defaultBakeSeconds
  words.take()
  return seconds
}

function insteadOf(typed: string | null): string {
  return typed === null ? 'and nothing does' : `not ${quote(typed)}`
}
