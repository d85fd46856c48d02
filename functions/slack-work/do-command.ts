import type { Deps } from '../../shared/deps.ts'
import type { Deployment } from '../../shared/domain/deployment.ts'
import { abort } from '../../shared/use-cases/abort.ts'
import { authorise } from '../../shared/use-cases/access/authorise.ts'
import { authoriseDeployment, authoriseStart } from '../../shared/use-cases/access/authorise-deployment.ts'
import { approve } from '../../shared/use-cases/approve.ts'
import { pause } from '../../shared/use-cases/pause.ts'
import { promote } from '../../shared/use-cases/promote.ts'
import { reject } from '../../shared/use-cases/reject.ts'
import { resume } from '../../shared/use-cases/resume.ts'
import { rollBackService } from '../../shared/use-cases/roll-back-service.ts'
import { startDeployment } from '../../shared/use-cases/start-deployment.ts'
import { parse } from '../api/parse.ts'
import { commandBodies, rollbackBody } from '../api/schemas.ts'
import { parseDeploymentRequest } from '../api/to-domain.ts'
import type { SlackCommand, Target } from '../slack/command.ts'
import type { SlackWork } from '../slack/work.ts'
import { askingOf } from './asking.ts'
import { findTarget } from './find-target.ts'

type CommandOf<Word extends SlackCommand['word']> = Extract<SlackCommand, { word: Word }>

/** What changes something. */
export type ActingCommand = Exclude<SlackCommand, { word: 'status' | 'plan' | 'help' }>

/**
 * Does what was asked for by the same use cases, bodies and rights as the REST API.
 *
 * @returns The deployment that it is about, as it is then.
 * @throws As the use cases do.
 */
export async function doCommand(deps: Deps, work: SlackWork, command: ActingCommand): Promise<Deployment> {
  switch (command.word) {
    case 'deploy':
      return deploy(deps, work, command)
    case 'rollback':
      return rollBack(deps, work, command)
    case 'approve':
    case 'reject':
    case 'promote':
    case 'pause':
    case 'resume':
    case 'abort':
      return steer(deps, work, command)
  }
}

async function deploy(deps: Deps, work: SlackWork, { word: _, ...body }: CommandOf<'deploy'>): Promise<Deployment> {
  const request = parseDeploymentRequest(body)
  const actor = await authoriseStart(deps, askingOf(work), request)
  // Done again after a crash, or a second delivery, it is the same start.
  return startDeployment(deps, { key: `slack:${work.triggerId}`, request, actor })
}

async function rollBack(deps: Deps, work: SlackWork, command: CommandOf<'rollback'>): Promise<Deployment> {
  const { word: _, service, of, ...body } = command
  const wish = parse(rollbackBody, body, 'rollback')
  const actor = await authorise(deps, { ...askingOf(work), service, deployment: null, creator: null })
  return (await rollBackService(deps, { ...wish, service, actor, ...(of !== undefined && { of }) })).deployment
}

type SteeringCommand = Extract<ActingCommand, { target: Target }>

async function steer(deps: Deps, work: SlackWork, command: SteeringCommand): Promise<Deployment> {
  const run = prepare(command, work.expectedStep)
  const id = await findTarget(deps, work, command.target)
  const { actor } = await authoriseDeployment(deps, askingOf(work), id)
  return run(deps, id, actor)
}

type Run = (deps: Deps, id: string, actor: Deployment['createdBy']) => Promise<Deployment>

/** Checks the command before anybody is asked about it: what is none is not refused, it is wrong. */
function prepare(command: SteeringCommand, expectedStep: number | null): Run {
  const { word, target: _, ...typed } = command
  const body = { ...typed, ...(expectedStep !== null && { expectedStep }) }
  switch (word) {
    case 'approve': {
      const input = parse(commandBodies.approve, body, 'command')
      return (deps, id, actor) => approve(deps, id, { ...input, actor })
    }
    case 'reject': {
      const input = parse(commandBodies.reject, body, 'command')
      return (deps, id, actor) => reject(deps, id, { ...input, actor })
    }
    case 'promote': {
      const input = parse(commandBodies.promote, body, 'command')
      return (deps, id, actor) => promote(deps, id, { ...input, actor })
    }
    case 'pause': {
      const input = parse(commandBodies.pause, body, 'command')
      return (deps, id, actor) => pause(deps, id, { ...input, actor })
    }
    case 'resume': {
      const input = parse(commandBodies.resume, body, 'command')
      return (deps, id, actor) => resume(deps, id, { ...input, actor })
    }
    case 'abort': {
      const input = parse(commandBodies.abort, body, 'command')
      return async (deps, id, actor) => (await abort(deps, id, { ...input, actor })).deployment
    }
  }
}
