import { printDuration } from '../../shared/domain/duration.ts'
import type { Strategy } from '../../shared/domain/strategy.ts'
import type { Slot } from '../../shared/domain/traffic.ts'

export const commandWords = [
  'deploy',
  'status',
  'approve',
  'reject',
  'promote',
  'pause',
  'resume',
  'abort',
  'rollback',
  'plan',
  'help',
] as const

export type CommandWord = (typeof commandWords)[number]

/** What a command is about: a service's open deployment, or one deployment by its id. */
export type Target =
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'deployment'; readonly id: string }

/** The strategies that can be typed; a list of steps is for documents. */
export type TypedStrategy = Exclude<Strategy, { type: 'steps' }>

/** What a person asks for in Slack, typed or by a button. `reason` is free text of 1 to 1000 characters. */
export type SlackCommand =
  | {
      readonly word: 'deploy'
      readonly service: string
      readonly to?: Slot
      readonly strategy?: TypedStrategy
      readonly reason?: string
    }
  | { readonly word: 'plan'; readonly service: string; readonly to?: Slot; readonly strategy?: TypedStrategy }
  | { readonly word: 'status'; readonly target?: Target }
  | { readonly word: 'approve'; readonly target: Target; readonly reason?: string }
  | { readonly word: 'reject'; readonly target: Target; readonly reason?: string }
  | { readonly word: 'promote'; readonly target: Target; readonly full: boolean; readonly reason?: string }
  /** `timeoutSeconds`: how long the pause may last. Default: the API's. */
  | { readonly word: 'pause'; readonly target: Target; readonly timeoutSeconds?: number; readonly reason?: string }
  | {
      readonly word: 'resume'
      readonly target: Target
      readonly drift?: 'adopt' | 'overwrite'
      readonly reason?: string
    }
  | { readonly word: 'abort'; readonly target: Target; readonly force: boolean; readonly reason?: string }
  | {
      readonly word: 'rollback'
      readonly service: string
      /** The success that is meant; another one is left alone. Default: the newest. */
      readonly of?: string
      readonly force: boolean
      readonly reason?: string
    }
  | { readonly word: 'help' }

/** Words whose commands are asked about again, at least with an option. */
export type DestructiveCommand = Extract<SlackCommand, { word: 'abort' | 'reject' | 'rollback' | 'promote' | 'resume' }>

/** How each word is used, shown where one was used wrongly. */
export const usage: Readonly<Record<CommandWord, string>> = {
  deploy: 'deploy SERVICE [to blue|green] [STRATEGY] [because REASON]',
  status: 'status [SERVICE or dep_…]',
  approve: 'approve SERVICE or dep_… [REASON]',
  reject: 'reject SERVICE or dep_… [REASON]',
  promote: 'promote SERVICE or dep_… [full] [because REASON]',
  pause: 'pause SERVICE or dep_… [30m] [because REASON]',
  resume: 'resume SERVICE or dep_… [adopt|overwrite] [because REASON]',
  abort: 'abort SERVICE or dep_… [force] [because REASON]',
  rollback: 'rollback SERVICE [dep_…] [force] [because REASON]',
  plan: 'plan SERVICE [to blue|green] [STRATEGY]',
  help: 'help',
}

/** Ways to write STRATEGY. */
export const strategyUsage = [
  'canary 10% 30m',
  'linear 10% 5m',
  'blue-green 10m',
  'ECSCanary10Percent5Minutes',
] as const

/**
 * Whether a command ends a deployment, moves traffic past what the plan says, or overrules somebody else's change: such a
 * one is asked about again before it is done.
 */
export function isDestructive(command: SlackCommand): command is DestructiveCommand {
  switch (command.word) {
    case 'abort':
    case 'reject':
    case 'rollback':
      return true
    case 'promote':
      return command.full
    case 'resume':
      return command.drift === 'overwrite'
    case 'deploy':
    case 'plan':
    case 'status':
    case 'approve':
    case 'pause':
    case 'help':
      return false
  }
}

/** The command as it could be typed. Parsed, it is the same command again. */
export function printCommand(command: SlackCommand): string {
  switch (command.word) {
    case 'deploy':
      return join(command.word, command.service, ...printStart(command), printReason(command))
    case 'plan':
      return join(command.word, command.service, ...printStart(command))
    case 'status':
      return join(command.word, command.target && printTarget(command.target))
    case 'approve':
    case 'reject':
      return join(command.word, printTarget(command.target), printReason(command))
    case 'promote':
      return join(command.word, printTarget(command.target), command.full && 'full', printReason(command))
    case 'pause': {
      const lasting = command.timeoutSeconds !== undefined && printDuration(command.timeoutSeconds)
      return join(command.word, printTarget(command.target), lasting, printReason(command))
    }
    case 'resume':
      return join(command.word, printTarget(command.target), command.drift, printReason(command))
    case 'abort':
      return join(command.word, printTarget(command.target), command.force && 'force', printReason(command))
    case 'rollback':
      return join(command.word, command.service, command.of, command.force && 'force', printReason(command))
    case 'help':
      return command.word
  }
}

export function printTarget(target: Target): string {
  switch (target.kind) {
    case 'service':
      return target.name
    case 'deployment':
      return target.id
  }
}

export function printStrategy(strategy: TypedStrategy): string {
  switch (strategy.type) {
    case 'blue-green':
      return `blue-green ${printDuration(strategy.bakeSeconds)}`
    case 'canary':
    case 'linear': {
      const { type, percent, intervalSeconds, bakeSeconds } = strategy
      return `${type} ${percent}% ${printDuration(intervalSeconds)} ${printDuration(bakeSeconds)}`
    }
    case 'preset':
      return strategy.name
  }
}

function printStart({
  to,
  strategy,
}: {
  readonly to?: Slot
  readonly strategy?: TypedStrategy
}): (string | undefined)[] {
  return [to && `to ${to}`, strategy && printStrategy(strategy)]
}

function printReason({ reason }: { readonly reason?: string }): string | undefined {
  return reason === undefined ? undefined : `because ${reason}`
}

function join(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== false).join(' ')
}
