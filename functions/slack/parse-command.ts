import { isDeploymentId } from '../../shared/domain/deployment-id.ts'
import { parseDuration } from '../../shared/domain/duration.ts'
import { presetNames } from '../../shared/domain/strategy.ts'
import type { Slot } from '../../shared/domain/traffic.ts'
import { type CommandWord, commandWords, type SlackCommand, type Target, type TypedStrategy } from './command.ts'
import { Misuse, quote, type UsageHint } from './misuse.ts'
import { nearestWord } from './nearest-word.ts'
import { readStrategy } from './parse-strategy.ts'
import { readWords, type Words } from './words.ts'

export type ParsedCommand =
  | { readonly ok: true; readonly command: SlackCommand }
  | { readonly ok: false; readonly hint: UsageHint }

/** Longest reason, characters: what the record takes. */
const longestReason = 1000

/**
 * Understands what a person typed after `/sluice`. Nothing typed at all is a call for help. Command words and options
 * may be in any case; a word that is not known is never guessed, only suggested.
 */
export function parseCommand(text: string): ParsedCommand {
  const words = readWords(text)
  const first = words.take()
  if (first === null) return { ok: true, command: { word: 'help' } }
  const word = commandWords.find((one) => one === first.toLowerCase())
  if (word === undefined) {
    const nearest = nearestWord(first, commandWords)
    return { ok: false, hint: { problem: `there is no command ${quote(first)}`, nearest, about: null } }
  }
  try {
    const command = readCommand(word, words)
    refuseMore(words)
    return { ok: true, command }
  } catch (error) {
    if (!(error instanceof Misuse)) throw error
    return { ok: false, hint: { problem: error.message, nearest: error.nearest, about: word } }
  }
}

function readCommand(word: CommandWord, words: Words): SlackCommand {
  switch (word) {
    case 'deploy':
      return { word, service: readService(words), ...readStart(words), ...readReason(words) }
    case 'plan':
      return { word, service: readService(words), ...readStart(words) }
    case 'status':
      return words.peek() === null ? { word } : { word, target: readTarget(words) }
    case 'approve':
    case 'reject':
      return { word, target: readTarget(words), ...readFreeReason(words, []) }
    case 'promote': {
      const target = readTarget(words)
      const full = readOption(words, ['full'] as const) !== null
      return { word, target, full, ...(full ? readReason(words) : readFreeReason(words, ['full'])) }
    }
    case 'pause': {
      const target = readTarget(words)
      const timeoutSeconds = readPauseTime(words)
      if (timeoutSeconds === null) return { word, target, ...readFreeReason(words, []) }
      return { word, target, timeoutSeconds, ...readReason(words) }
    }
    case 'resume': {
      const target = readTarget(words)
      const drift = readOption(words, ['adopt', 'overwrite'] as const)
      if (drift === null) return { word, target, ...readFreeReason(words, ['adopt', 'overwrite']) }
      return { word, target, drift, ...readReason(words) }
    }
    case 'abort': {
      const target = readTarget(words)
      const force = readOption(words, ['force'] as const) !== null
      return { word, target, force, ...(force ? readReason(words) : readFreeReason(words, ['force'])) }
    }
    case 'rollback': {
      const service = readService(words)
      const of = readSuccess(words)
      const force = readOption(words, ['force'] as const) !== null
      return { word, service, ...of, force, ...(force ? readReason(words) : readFreeReason(words, ['force'])) }
    }
    case 'help':
      words.takeRest()
      return { word }
  }
}

function readService(words: Words): string {
  const typed = words.take()
  if (typed === null) throw new Misuse('the name of a service must come next, and nothing does')
  if (/^[a-z][a-z0-9-]{0,62}$/.test(typed)) return typed
  throw new Misuse(`${quote(typed)} is no name of a service: lower-case letters, digits and hyphens, a letter first`)
}

function readTarget(words: Words): Target {
  const typed = words.peek()
  if (typed === null) throw new Misuse('a service, or the id of a deployment, must come next, and nothing does')
  // No service has a "_" in its name.
  if (!typed.startsWith('dep_')) return { kind: 'service', name: readService(words) }
  return { kind: 'deployment', id: readId(words) }
}

function readId(words: Words): string {
  const id = words.take() ?? ''
  if (isDeploymentId(id)) return id
  throw new Misuse(`${quote(id)} is no id of a deployment: dep_ and 26 capitals and digits`)
}

function readSuccess(words: Words): { readonly of?: string } {
  return words.peek()?.startsWith('dep_') ? { of: readId(words) } : {}
}

interface Start {
  readonly to?: Slot
  readonly strategy?: TypedStrategy
}

/** `to green` and a strategy, in either order, each at most once. */
function readStart(words: Words): Start {
  let start: Start = {}
  for (;;) {
    if (words.peek() === 'to') {
      if (start.to) throw new Misuse('"to" is there twice')
      words.take()
      start = { ...start, to: readSlot(words) }
      continue
    }
    const strategy = readStrategy(words)
    if (strategy === null) return start
    if (start.strategy) throw new Misuse('two strategies are there')
    start = { ...start, strategy }
  }
}

function readSlot(words: Words): Slot {
  const typed = words.peek()
  if (typed !== 'blue' && typed !== 'green') {
    const problem = typed === null ? 'and nothing does' : `not ${quote(typed)}`
    throw new Misuse(`blue or green must come after "to", ${problem}`, typed && nearestWord(typed, ['blue', 'green']))
  }
  words.take()
  return typed
}

function readOption<Option extends string>(words: Words, options: readonly Option[]): Option | null {
  const typed = words.peek()
  const option = options.find((one) => one === typed) ?? null
  if (option !== null) words.take()
  return option
}

function readPauseTime(words: Words): number | null {
  const typed = words.peek()
  if (typed === null || !/^[0-9]/.test(typed)) return null
  const seconds = parseDuration(typed)
  if (seconds === null || seconds > longestPauseSeconds)
    throw new Misuse(`${quote(typed)} is no time to pause for: write 30m or 2h, at most 30d`)
  words.take()
  return seconds
}

/** As long as the API takes, seconds. */
const longestPauseSeconds = 2_592_000

/** `because` and everything after it. Where options are possible, other words are refused: one may be a misspelt option. */
function readReason(words: Words): { readonly reason?: string } {
  if (words.peek() !== 'because') return {}
  words.take()
  const reason = words.takeRest()
  if (reason === '') throw new Misuse('the reason must come after "because", and nothing does')
  return { reason: checkLength(reason) }
}

/**
 * A reason with or without `because`.
 *
 * @param options - What could have stood here. A lone word that is nearly one of them is a misspelt option.
 */
function readFreeReason(words: Words, options: readonly string[]): { readonly reason?: string } {
  if (words.peek() === null || words.peek() === 'because') return readReason(words)
  const reason = words.takeRest()
  const nearest = nearestWord(reason, options)
  if (nearest !== null) throw new Misuse(`${quote(reason)} is not understood here`, nearest)
  return { reason: checkLength(reason) }
}

function checkLength(reason: string): string {
  if (reason.length > longestReason)
    throw new Misuse(`a reason has at most ${longestReason} characters, and this one has ${reason.length}`)
  return reason
}

/** Words that could have come where something else stands. */
const clauseWords = ['to', 'because', 'canary', 'linear', 'blue-green', ...presetNames]

function refuseMore(words: Words): void {
  const more = words.take()
  if (more === null) return
  const slot = more.toLowerCase() === 'blue' || more.toLowerCase() === 'green'
  throw new Misuse(
    `${quote(more)} is not understood here`,
    slot ? `to ${more.toLowerCase()}` : nearestWord(more, clauseWords),
  )
}
