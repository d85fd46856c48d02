import type { Deployment } from '../../domain/deployment.ts'
import { NotFoundError, UpstreamError } from '../../domain/errors.ts'
import type { ChatMessage } from '../../ports/chat.ts'
import { loadDeployment } from '../change-deployment.ts'
import type { ChatDeps } from './chat-deps.ts'

export interface TellInput {
  readonly deployment: string
  readonly alert: string
  readonly toMessage: (deployment: Deployment, message: string) => ChatMessage
}

/**
 * Tells an alert where the deployment is shown, as a message of its own: nobody is called by one that changes in place.
 * Told first and taken out after: it may come twice, and is not lost.
 *
 * @throws {NotFoundError} If there is no such deployment or channel.
 * @throws {TransientError} If it cannot be told now: call again.
 * @throws {UpstreamError} If the chat refuses for good.
 */
export async function tellAlert(deps: ChatDeps, { deployment: id, alert, toMessage }: TellInput): Promise<void> {
  const kept = await deps.alerts.load(id, alert)
  if (!kept) return
  const [deployment, shown] = await Promise.all([loadDeployment(deps, id), deps.shownMessages.load(id)])
  const channel = shown?.channel ?? deployment.settings.notify?.slackChannel
  if (channel !== undefined) await post(deps, channel, toMessage(deployment, kept.message), shown?.ts ?? null)
  await deps.alerts.remove(id, alert)
}

/** Below the deployment's message, unless that is gone. */
async function post({ chat }: ChatDeps, channel: string, message: ChatMessage, replyTo: string | null): Promise<void> {
  if (replyTo === null) return void (await chat.post(channel, message))
  try {
    await chat.post(channel, message, { replyTo })
  } catch (error) {
    if (!(error instanceof NotFoundError || error instanceof UpstreamError)) throw error
    await chat.post(channel, message)
  }
}
