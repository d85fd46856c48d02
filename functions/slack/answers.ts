import { printDuration } from '../../shared/domain/duration.ts'
import type { presentPlan } from '../api/present.ts'
import { actions, atMost, context, header, type SlackMessage, sections } from './blocks.ts'
import { askAbout, confirmingButton, type DeploymentDocument } from './buttons.ts'
import {
  type CommandWord,
  commandWords,
  type DestructiveCommand,
  printCommand,
  type SlackCommand,
  strategyUsage,
  usage,
} from './command.ts'
import { describeFinding, describePhase } from './messages.ts'
import type { UsageHint } from './misuse.ts'
import { code, echo, link } from './mrkdwn.ts'
import { percent } from './weight-bar.ts'

export type PlanDocument = ReturnType<typeof presentPlan>

/** So many lines of a list; whoever wants all asks the API. */
const mostLines = 20

/** What can be typed. */
export function helpMessage(slashCommand: string): SlackMessage {
  const lines = commandWords.map((word) => usageLine(slashCommand, word))
  return {
    text: 'What Sluice understands',
    blocks: [
      header('What Sluice understands'),
      ...sections(lines),
      ...context([`STRATEGY is one of ${strategyUsage.map((one) => code(one)).join(', ')}`]),
    ],
  }
}

/** Why a command was not understood, and what would be. */
export function hintMessage(slashCommand: string, { problem, nearest, about }: UsageHint): SlackMessage {
  const meant = nearest === null ? '' : `Did you mean ${code(nearest)}?`
  const example = about === null ? usageLine(slashCommand, 'help') : usageLine(slashCommand, about)
  return plainAnswer(`Not understood: ${problem}.`, [meant, example])
}

function usageLine(slashCommand: string, word: CommandWord): string {
  return code(`${slashCommand} ${usage[word]}`)
}

/** What was taken, before it is done. The answer itself comes later, to the same place. */
export function acceptedMessage(command: SlackCommand): SlackMessage {
  return plainAnswer('Taken; the answer follows.', [code(printCommand(command))])
}

/** Why nothing was done. `detail` may hold anything: it is escaped. */
export function refusalMessage(title: string, detail: string, hints: readonly string[] = []): SlackMessage {
  return plainAnswer(
    `${title}: ${detail}`,
    hints.map((hint) => echo(hint)),
  )
}

/** What was done, and how the deployment stands. */
export function doneMessage(command: SlackCommand, deployment: DeploymentDocument): SlackMessage {
  const title = `${deployment.service}: ${describePhase(deployment)}`
  return { text: echo(title), blocks: sections([`Done: ${code(printCommand(command))}`, describeOne(deployment)]) }
}

/** Asks before a destructive command is done: only the click does it. */
export function confirmationMessage(command: DestructiveCommand, deployment: DeploymentDocument): SlackMessage {
  const { title, text } = askAbout(command, deployment)
  const question = echo(`${title} ${text}`)
  const button = confirmingButton(command, deployment)
  return { text: question, blocks: [...sections([question, code(printCommand(command))]), ...actions([button])] }
}

/** Deployments, newest first, a line each. */
export function statusMessage(deployments: readonly DeploymentDocument[]): SlackMessage {
  if (deployments.length === 0) return plainAnswer('Nothing is being deployed.', [])
  const title = deployments.length === 1 ? '1 deployment' : `${deployments.length} deployments`
  return { text: title, blocks: [header(title), ...sections(atMost(mostLines, deployments.map(describeOne)))] }
}

function describeOne(deployment: DeploymentDocument): string {
  const { id, service, canary, links } = deployment
  return `*${echo(service)}* ${echo(describePhase(deployment))}, ${canary} · ${link(links.console, id)}`
}

/** What a deployment would do. */
export function planMessage(service: string, plan: PlanDocument): SlackMessage {
  const title = `Plan of ${service}`
  const steps = plan.steps.map(
    ({ weight, effectiveWeight, bakeSeconds, approval }, index) =>
      `${index + 1}. ${percent(weight)}${weight === effectiveWeight ? '' : ` (really ${percent(effectiveWeight)})`} for ${printDuration(bakeSeconds)}${approval ? ', after an approval' : ''}`,
  )
  const writes = plan.writes.length === 1 ? '1 write' : `${plan.writes.length} writes`
  return {
    text: echo(title),
    blocks: [
      header(title),
      ...sections(atMost(mostLines, steps)),
      ...sections(atMost(mostLines, plan.findings.map(describeFinding))),
      ...context([
        `at least ${printDuration(plan.minimumSeconds)} · ${writes} to AWS · ${plan.exposurePercentMinutes} percent-minutes exposed · about $${plan.cost.totalUsd.toFixed(4)}`,
      ]),
    ],
  }
}

/** One sentence, and lines of markup below it. */
function plainAnswer(sentence: string, lines: readonly string[]): SlackMessage {
  const text = echo(sentence, 1500)
  return { text, blocks: sections([text, ...lines]) }
}
