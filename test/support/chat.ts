import { createMemoryAlerts } from '../../shared/adapters/memory/alerts.ts'
import { createMemoryChat } from '../../shared/adapters/memory/chat.ts'
import { createMemoryDeploymentStore } from '../../shared/adapters/memory/deployment-store.ts'
import { createMemoryShownMessages } from '../../shared/adapters/memory/shown-messages.ts'
import type { Deployment } from '../../shared/domain/deployment.ts'
import type { ChatMessage } from '../../shared/ports/chat.ts'
import { aDeployment } from './builders.ts'

/** A deployment whose service is shown in `C0TOLD`. */
export function aToldDeployment(overrides: Partial<Deployment> = {}): Deployment {
  return aDeployment({
    settings: { ...aDeployment().settings, notify: { slackChannel: 'C0TOLD' } },
    ...overrides,
  })
}

export const versionMessage = (version: number): ChatMessage => ({ text: `version ${version}`, blocks: [] })

/** A chat, and deployments that are shown in it, on memory adapters. Time moves only by hand. */
export function createChatRig() {
  let nowMs = Date.UTC(2026, 0, 1)
  const logged: string[] = []
  const log = (event: string) => void logged.push(event)
  const chat = createMemoryChat()
  const deps = {
    deployments: createMemoryDeploymentStore(),
    shownMessages: createMemoryShownMessages(),
    alerts: createMemoryAlerts(),
    chat,
    clock: { now: () => nowMs, realNow: () => nowMs, sleep: async () => undefined },
    logger: { info: log, warn: log, error: log },
  }
  return {
    deps,
    chat,
    logged,
    pass: (ms: number) => {
      nowMs += ms
    },
    /** Saves the next version. */
    async moveOn(id: string) {
      const found = await deps.deployments.load(id)
      if (!found) throw new Error(`there is no ${id}`)
      await deps.deployments.save({ ...found, version: found.version + 1, revision: found.revision + 1 })
    },
    texts: () => chat.posted.map(({ channel, message }) => `${channel}: ${message.text}`),
  }
}
