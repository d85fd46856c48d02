import { ConflictError, NotFoundError, TransientError } from '../../domain/errors.ts'
import { decideShowing, type ShownMessage } from '../../domain/shown-message.ts'
import type { ChatMessage } from '../../ports/chat.ts'
import { loadDeployment } from '../change-deployment.ts'
import { type DeploymentView, withMeasures } from '../read-deployment.ts'
import type { ChatDeps } from './chat-deps.ts'

type ShowDeps = Omit<ChatDeps, 'alerts'>

export interface ShowInput {
  readonly id: string
  readonly toMessage: (view: DeploymentView) => ChatMessage
  /** The channel for it where its service names none. Default: then it is not shown. */
  readonly askedIn?: string
}

/** How often in a row it is looked at again: it may move on, or another may write, while a message is written. */
const mostRounds = 10

/**
 * For how long a writer keeps the others away, real milliseconds: longer than any call to a chat takes, with its waits.
 * A message that nobody finished is written again after it.
 */
const workMs = 60_000

/**
 * Brings the one message of a deployment up to date: posts it the first time, and changes it in place from then on. Of
 * any number of callers at the same time one writes, and goes on until the message shows the newest record.
 *
 * @returns Where it is; null where it is not shown.
 * @throws {NotFoundError} If there is no such deployment or channel.
 * @throws {TransientError} If it cannot be shown now, or another is writing: call again.
 * @throws {UpstreamError} If the chat refuses for good.
 */
export async function showDeployment(deps: ShowDeps, input: ShowInput): Promise<ShownMessage | null> {
  const { id, askedIn = null } = input
  for (let round = 0; round < mostRounds; round++) {
    const deployment = await loadDeployment(deps, id)
    const shown = await deps.shownMessages.load(id)
    const showing = decideShowing({ shown, deployment, askedIn, nowMs: deps.clock.realNow() })
    switch (showing.type) {
      case 'nothing':
        return shown
      case 'wait':
        throw new TransientError(`the message of ${id} is being written; try again`)
      case 'post':
      case 'update': {
        const claim = await claimWork(deps, id, shown, showing)
        if (claim) await write(deps, claim, input.toMessage(await withMeasures(deps, deployment)), deployment.version)
      }
    }
  }
  throw new TransientError(`${id} kept moving on while it was shown; try again`)
}

interface Claim {
  readonly id: string
  readonly held: ShownMessage
}

/** Null where another was quicker. */
async function claimWork(
  { shownMessages, clock }: ShowDeps,
  id: string,
  shown: ShownMessage | null,
  { type, channel }: { readonly type: 'post' | 'update'; readonly channel: string },
): Promise<Claim | null> {
  const { revision, ts, version } = shown ?? { revision: 0, ts: null, version: 0 }
  const work = { kind: type, untilMs: clock.realNow() + workMs }
  const held = { revision: revision + 1, channel, ts, version, work }
  try {
    await shownMessages.save(id, held)
    return { id, held }
  } catch (error) {
    if (error instanceof ConflictError) return null
    throw error
  }
}

async function write(deps: ShowDeps, claim: Claim, message: ChatMessage, version: number): Promise<void> {
  const { channel, ts } = claim.held
  if (ts === null) return post(deps, claim, message, version)
  try {
    await deps.chat.update({ channel, ts }, message)
  } catch (error) {
    // Whoever took it away did not take the deployment away.
    await settle(deps, claim, error instanceof NotFoundError ? { ts: null } : {})
    if (error instanceof NotFoundError) return
    throw error
  }
  await settle(deps, claim, { version })
}

/**
 * What was refused for certain may be tried again. Of what may be there in spite of the error, the claim is left to stand:
 * see `decideShowing`.
 */
async function post(deps: ShowDeps, claim: Claim, message: ChatMessage, version: number): Promise<void> {
  const { id, held } = claim
  try {
    const { channel, ts } = await deps.chat.post(held.channel, message)
    await settle(deps, claim, { channel, ts, version })
  } catch (error) {
    if (error instanceof TransientError && !error.refused) {
      deps.logger.error('message-may-be-posted', { deployment: id, channel: held.channel, error })
    } else await settle(deps, claim, {})
    throw error
  }
}

async function settle({ shownMessages }: ShowDeps, { id, held }: Claim, now: Partial<ShownMessage>): Promise<void> {
  await shownMessages.save(id, { ...held, ...now, work: null, revision: held.revision + 1 })
}
