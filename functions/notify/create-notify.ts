import * as z from 'zod'
import type { Deps } from '../../shared/deps.ts'
import { InvariantError, TransientError } from '../../shared/domain/errors.ts'
import { showDeployment } from '../../shared/use-cases/chat/show-deployment.ts'
import { tellAlert } from '../../shared/use-cases/chat/tell-alert.ts'
import { presentDeployment } from '../api/present.ts'
import { alertMessage, deploymentMessage } from '../slack/messages.ts'
import type { Task } from '../steps/task.ts'
import { aStreamEvent, type News, toNews } from './table-stream.ts'

/**
 * Follows the table's stream and shows people what changed. So whoever saves a deployment does not wait for Slack, and
 * nothing is lost when it dies right after: the stream is the outbox. Of several changes of a deployment in one batch the
 * newest is shown.
 *
 * @returns The record to go on from, in the stream's order, where something could not be shown now.
 */
export function createNotify(deps: Deps): Task {
  return async (event) => {
    const parsed = aStreamEvent.safeParse(event)
    if (!parsed.success) throw new InvariantError(`this is no event of a table: ${z.prettifyError(parsed.error)}`)
    const shown = new Set<string>()
    for (const record of parsed.data.Records) {
      const news = toNews(record)
      if (news === null || (news.kind === 'deployment' && shown.has(news.deployment))) continue
      if (!(await tryToTell(deps, news)))
        return { batchItemFailures: [{ itemIdentifier: record.dynamodb.SequenceNumber }] }
      if (news.kind === 'deployment') shown.add(news.deployment)
    }
    return { batchItemFailures: [] }
  }
}

/** False where it is worth trying again. What Slack refuses for good is in the log, and does not stop what comes after it. */
async function tryToTell(deps: Deps, news: News): Promise<boolean> {
  try {
    await tell(deps, news)
    return true
  } catch (error) {
    const again = error instanceof TransientError
    deps.logger[again ? 'warn' : 'error']('not-told', { ...news, again, error })
    return !again
  }
}

async function tell(deps: Deps, news: News): Promise<void> {
  const url = deps.publicUrl()
  switch (news.kind) {
    case 'deployment': {
      const toMessage = (view: Parameters<typeof presentDeployment>[0]) =>
        deploymentMessage(presentDeployment(view, url))
      await showDeployment(deps, { id: news.deployment, toMessage })
      return
    }
    case 'alert':
      await tellAlert(deps, {
        deployment: news.deployment,
        alert: news.alert,
        toMessage: (deployment, message) =>
          alertMessage(presentDeployment({ deployment, measures: null, queue: null }, url), message),
      })
  }
}
