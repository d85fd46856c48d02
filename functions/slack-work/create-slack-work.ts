import type { Deps } from '../../shared/deps.ts'
import type { Deployment } from '../../shared/domain/deployment.ts'
import { NotFoundError, UpstreamError } from '../../shared/domain/errors.ts'
import { createRateGuard } from '../../shared/use-cases/access/rate-guard.ts'
import { showDeployment } from '../../shared/use-cases/chat/show-deployment.ts'
import { withMeasures } from '../../shared/use-cases/read-deployment.ts'
import { presentDeployment } from '../api/present.ts'
import { doneMessage, helpMessage, refusalMessage } from '../slack/answers.ts'
import type { SlackMessage } from '../slack/blocks.ts'
import { isDestructive, type SlackCommand } from '../slack/command.ts'
import { deploymentMessage } from '../slack/messages.ts'
import type { SlackWork } from '../slack/work.ts'
import { parseWorkPayload } from '../slack/work-payload.ts'
import type { Task } from '../steps/task.ts'
import { type ActingCommand, doCommand } from './do-command.ts'
import { waitOf, withoutSecrets } from './limits.ts'
import { ask, showPlan, showStatus } from './look.ts'
import { isFailure, toRefusal } from './refusal.ts'

/** What people are shown of it: an answer, or the deployment that something was done to. */
type Outcome =
  | { readonly kind: 'answer'; readonly message: SlackMessage }
  | { readonly kind: 'done'; readonly command: ActingCommand; readonly deployment: Deployment }

/**
 * Does what was asked for in Slack, after Slack was answered, and answers where it was asked. It throws only for what is
 * no work: a failure is an answer, too, and Lambda's second try would do twice what a person meant once.
 */
export function createSlackWork(deps: Deps): Task {
  const guard = createRateGuard(deps)
  return async (event) => {
    const work = withoutSecrets(parseWorkPayload(event))
    try {
      const wait = await waitOf(guard, work)
      if (wait > 0) return await respond(deps, work, tooMany(wait))
      const outcome = await workOn(deps, work)
      await showOutcome(deps, work, outcome)
    } catch (error) {
      const { triggerId, command } = work
      if (isFailure(error)) deps.logger.error('slack-work-failed', { triggerId, word: command.word, error })
      await respond(deps, work, toRefusal(error))
    }
  }
}

function tooMany(waitMs: number): SlackMessage {
  return refusalMessage('Too many requests', `the next one is taken in ${Math.ceil(waitMs / 1000)} s`)
}

async function workOn(deps: Deps, work: SlackWork): Promise<Outcome> {
  const { command } = work
  switch (command.word) {
    case 'status':
      return { kind: 'answer', message: await showStatus(deps, work, command) }
    case 'plan':
      return { kind: 'answer', message: await showPlan(deps, work, command) }
    case 'help':
      return { kind: 'answer', message: helpMessage('/sluice') }
    case 'deploy':
    case 'rollback':
    case 'approve':
    case 'reject':
    case 'promote':
    case 'pause':
    case 'resume':
    case 'abort':
      return act(deps, work, command)
  }
}

async function act(deps: Deps, work: SlackWork, command: ActingCommand): Promise<Outcome> {
  if (isDestructive(command) && !work.confirmed) return { kind: 'answer', message: await ask(deps, work, command) }
  if (!isRepeatable(command) && !(await deps.seenTriggers.take(`${work.triggerId}.work`)))
    return {
      kind: 'answer',
      message: refusalMessage('Not known', 'this was begun before, and may be done; look at the status'),
    }
  return { kind: 'done', command, deployment: await doCommand(deps, work, command) }
}

/** Whether it does no harm twice: a start has its key, and an abort is an abort. Two promotions would be two steps. */
function isRepeatable({ word }: SlackCommand): boolean {
  return word === 'deploy' || word === 'abort'
}

async function showOutcome(deps: Deps, work: SlackWork, outcome: Outcome): Promise<void> {
  if (outcome.kind === 'answer') return respond(deps, work, outcome.message)
  const { command, deployment } = outcome
  const document = presentDeployment(await withMeasures(deps, deployment), deps.publicUrl())
  const hint = await bringUpToDate(deps, work, deployment)
  if (hint !== null) return respond(deps, work, withHint(deploymentMessage(document), hint))
  if (work.message === null)
    await respond(deps, work, work.confirmed ? deploymentMessage(document) : doneMessage(command, document))
}

/**
 * The deployment's message, there where somebody started it if its service names no channel. What cannot be shown now is
 * shown by whoever follows the table.
 *
 * @returns What people can do where Slack refuses it; null otherwise.
 */
async function bringUpToDate(deps: Deps, work: SlackWork, { id }: Deployment): Promise<string | null> {
  const { caller, message, command } = work
  const toMessage = (view: Parameters<typeof presentDeployment>[0]) =>
    deploymentMessage(presentDeployment(view, deps.publicUrl()))
  try {
    const isStart = command.word === 'deploy' || command.word === 'rollback'
    const shown = await showDeployment(deps, { id, toMessage, ...(isStart && { askedIn: caller.channelId }) })
    // Its button was on another message of ours, which nobody else updates.
    if (message !== null && shown?.ts !== message.ts) {
      const view = await withMeasures(deps, (await deps.deployments.load(id)) ?? missing(id))
      await deps.chat.update(message, toMessage(view))
    }
    return null
  } catch (error) {
    deps.logger.info('slack-message-not-shown', { deployment: id, error })
    return error instanceof NotFoundError || error instanceof UpstreamError
      ? 'It cannot be shown in the channel: invite the app there.'
      : null
  }
}

function missing(id: string): never {
  throw new NotFoundError(`there is no deployment ${id}`)
}

function withHint(message: SlackMessage, hint: string): SlackMessage {
  return { ...message, blocks: [{ type: 'section', text: { type: 'plain_text', text: hint } }, ...message.blocks] }
}

/** What was clicked is replaced if only its reader sees it; everybody's message stays. */
async function respond(deps: Deps, work: SlackWork, message: SlackMessage): Promise<void> {
  const { responseUrl, confirmed, triggerId } = work
  try {
    await deps.chat.respond(responseUrl, message, { replaces: confirmed && work.message === null })
  } catch (error) {
    // The work is done or refused all the same, and must not be begun again.
    deps.logger.error('slack-answer-not-sent', { triggerId, error })
  }
}
