import type { Deps } from '../../shared/deps.ts'
import { authorise } from '../../shared/use-cases/access/authorise.ts'
import { authoriseDeployment } from '../../shared/use-cases/access/authorise-deployment.ts'
import { readSight } from '../../shared/use-cases/access/sight.ts'
import { listOpenDeployments } from '../../shared/use-cases/list-open-deployments.ts'
import { findNewestSuccessId } from '../../shared/use-cases/newest-success.ts'
import { planDeployment } from '../../shared/use-cases/plan-deployment.ts'
import { withMeasures } from '../../shared/use-cases/read-deployment.ts'
import { presentDeployment, presentPlan } from '../api/present.ts'
import { parsePlanRequest } from '../api/to-domain.ts'
import { confirmationMessage, planMessage, statusMessage } from '../slack/answers.ts'
import type { SlackMessage } from '../slack/blocks.ts'
import type { DestructiveCommand, SlackCommand } from '../slack/command.ts'
import { deploymentMessage } from '../slack/messages.ts'
import type { SlackWork } from '../slack/work.ts'
import { askingOf, principalOf } from './asking.ts'
import { findNewest, findTarget, seeDeployment } from './find-target.ts'

type CommandOf<Word extends SlackCommand['word']> = Extract<SlackCommand, { word: Word }>

/** One deployment in full, or a line for each that is open and that the caller may see. */
export async function showStatus(deps: Deps, work: SlackWork, { target }: CommandOf<'status'>): Promise<SlackMessage> {
  if (target !== undefined) {
    const deployment = await seeDeployment(deps, work, await findNewest(deps, work, target))
    return deploymentMessage(presentDeployment(await withMeasures(deps, deployment), deps.publicUrl()))
  }
  const list = { ...askingOf(work, 'list-deployments'), service: null, deployment: null, creator: null }
  await authorise(deps, list)
  const open = await listOpenDeployments(deps, await readSight(deps, principalOf(work), 'read-deployment'))
  return statusMessage(open.map((view) => presentDeployment(view, deps.publicUrl())))
}

export async function showPlan(deps: Deps, work: SlackWork, command: CommandOf<'plan'>): Promise<SlackMessage> {
  const { word: _, ...body } = command
  const request = parsePlanRequest(body)
  await authorise(deps, { ...askingOf(work), service: request.service, deployment: null, creator: null })
  return planMessage(request.service, presentPlan(await planDeployment(deps, request)))
}

/** Asks before something is ended or overruled. Who may not do it is told so now, not after the click. */
export async function ask(deps: Deps, work: SlackWork, command: DestructiveCommand): Promise<SlackMessage> {
  const id = await (command.word === 'rollback'
    ? findNewest(deps, work, { kind: 'service', name: command.service })
    : findTarget(deps, work, command.target))
  const deployment = await seeDeployment(deps, work, id)
  const asking = askingOf(work)
  for (const needed of asking.commands) {
    const may = await readSight(deps, asking.principal, needed)
    if (!may(deployment.service)) await authoriseDeployment(deps, asking, id)
  }
  return confirmationMessage(
    await pin(deps, command),
    presentDeployment(await withMeasures(deps, deployment), deps.publicUrl()),
  )
}

/** A rollback names a service; what it takes back is what was the newest success when it was asked about. */
async function pin(deps: Deps, command: DestructiveCommand): Promise<DestructiveCommand> {
  if (command.word !== 'rollback' || command.of !== undefined) return command
  const of = await findNewestSuccessId(deps, command.service)
  return of === null ? command : { ...command, of }
}
