import { actions, atMost, context, header, type SlackMessage, sections } from './blocks.ts'
import { type DeploymentDocument, deploymentButtons } from './buttons.ts'
import { code, echo, instant, link } from './mrkdwn.ts'
import { percent, weightBar } from './weight-bar.ts'

type GateDocument = DeploymentDocument['gates'][number]
type FindingDocument = DeploymentDocument['findings'][number]

/** So many lines a message shows of each list; the console has them all. */
const mostLines = 12

/** One deployment, as it is: what is posted when it starts and updated in place from then on. */
export function deploymentMessage(deployment: DeploymentDocument): SlackMessage {
  const title = `${deployment.service}: ${describePhase(deployment)}`
  return {
    text: echo(title),
    blocks: [
      header(title),
      ...sections([
        `\`${weightBar(deployment.weight)}\` ${describeWeight(deployment)}`,
        describeProgress(deployment),
        describeCause(deployment),
      ]),
      ...sections(atMost(mostLines, deployment.gates.map(describeGate))),
      ...sections(atMost(mostLines, deployment.findings.map(describeFinding))),
      ...sections(atMost(mostLines, deployment.approvals.map(describeApproval))),
      ...context([describeOrigin(deployment), describeLinks(deployment)]),
      ...actions(deploymentButtons(deployment)),
    ],
  }
}

/** Something that a person must look at; a message of its own, so that people are called. */
export function alertMessage(deployment: DeploymentDocument, message: string): SlackMessage {
  const title = `${deployment.service} needs a person`
  return {
    text: echo(`${title}: ${message}`, 500),
    blocks: [
      ...sections([`:warning: *${echo(title)}*`, echo(message, 2000)]),
      ...context([describeOrigin(deployment), describeLinks(deployment)]),
    ],
  }
}

/** The phase in words, with what matters about it: `baking at 10 %`. */
export function describePhase({ phase, weight }: DeploymentDocument): string {
  const words = phase.replaceAll('-', ' ')
  return weight > 0 ? `${words} at ${percent(weight)}` : words
}

function describeWeight({ stable, canary, weight, observedWeight }: DeploymentDocument): string {
  const share = `${percent(weight)} to ${canary}, ${percent(100 - weight)} to ${stable}`
  return observedWeight === null ? share : `${share}; ${percent(observedWeight)} observed`
}

function describeProgress({ step, plan, nextActionAt, endedAt }: DeploymentDocument): string {
  const where = `*Step* ${Math.min(step + 1, plan.steps.length)} of ${plan.steps.length}`
  if (endedAt !== null) return `${where} · *ended* ${instant(endedAt)}`
  return nextActionAt === null ? where : `${where} · *next* ${instant(nextActionAt)}`
}

function describeCause({ cause }: DeploymentDocument): string {
  if (cause === null) return ''
  const gate = cause.gate === undefined ? '' : ` ${code(cause.gate)}`
  const actor = cause.actor === undefined ? '' : `, ${echo(cause.actor.name)}`
  return `*Why* ${cause.type}${gate}${actor}: ${echo(cause.reason, 500)}`
}

/** The word stands beside each mark: a mark alone says nothing to a screen reader. */
const verdictMarks: Readonly<Record<GateDocument['verdict'], string>> = {
  pass: ':white_check_mark:',
  fail: ':x:',
  'no-data': ':grey_question:',
  error: ':warning:',
}

function describeGate({ name, mode, verdict, reason }: GateDocument): string {
  const only = mode === 'observe' ? ' (observed only)' : ''
  return `${verdictMarks[verdict]} *${verdict}* ${code(name)}${only} ${echo(reason)}`
}

export function describeFinding({ severity, title, detail }: FindingDocument): string {
  return `${severity === 'error' ? ':no_entry:' : ':warning:'} *${severity}* ${echo(title)}: ${echo(detail)}`
}

function describeApproval({ by, at, step }: DeploymentDocument['approvals'][number]): string {
  return `:ballot_box_with_check: ${echo(by)} approved step ${step + 1}, ${instant(at)}`
}

function describeOrigin({ id, revision, reason, createdBy }: DeploymentDocument): string {
  const what = revision === undefined ? '' : ` · ${code(revision)}`
  const why = reason === undefined ? '' : ` · ${echo(reason)}`
  return `${code(id)}${what} · by ${echo(createdBy.name)}${why}`
}

/** The API's own addresses are for programs; people get the console and what was given at the start. */
function describeLinks({ links }: DeploymentDocument): string {
  const shown = Object.entries<string>(links).filter(([name]) => name !== 'self' && name !== 'events')
  const [console, others] = [shown.filter(([name]) => name === 'console'), shown.filter(([name]) => name !== 'console')]
  return [...console, ...others.slice(0, 2)].map(([name, address]) => link(address, name)).join(' · ')
}
