import { createMemoryAlerts } from '../../shared/adapters/memory/alerts.ts'
import { createMemoryChat } from '../../shared/adapters/memory/chat.ts'
import { createMemoryDeploymentStore } from '../../shared/adapters/memory/deployment-store.ts'
import { createMemorySeenTriggers } from '../../shared/adapters/memory/seen-triggers.ts'
import { createMemoryShownMessages } from '../../shared/adapters/memory/shown-messages.ts'
import type { Deployment } from '../../shared/domain/deployment.ts'
import type { ChatMessage } from '../../shared/ports/chat.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import { aDeployment } from './builders.ts'

/** A deployment whose service is shown in `C0TOLD`. */
export function aToldDeployment(overrides: Partial<Deployment> = {}): Deployment {
  return aDeployment({
    settings: { ...aDeployment().settings, notify: { slackChannel: 'C0TOLD' } },
    ...overrides,
  })
}

export const versionMessage = (version: number): ChatMessage => ({ text: `version ${version}`, blocks: [] })

/** How people are told, on memory adapters. */
export function createMemoryChatDeps(clock: Pick<Clock, 'realNow'>) {
  return {
    chat: createMemoryChat(),
    shownMessages: createMemoryShownMessages(),
    alerts: createMemoryAlerts(),
    seenTriggers: createMemorySeenTriggers(clock),
    publicUrl: () => 'https://sluice.example',
  }
}

/** A chat, and deployments that are shown in it, on memory adapters. Time moves only by hand. */
export function createChatRig() {
  let nowMs = Date.UTC(2026, 0, 1)
  const logged: string[] = []
  const log = (event: string) => void logged.push(event)
  const clock = { now: () => nowMs, realNow: () => nowMs, sleep: async () => undefined }
  const deps = {
    deployments: createMemoryDeploymentStore(),
    ...createMemoryChatDeps(clock),
    clock,
    logger: { info: log, warn: log, error: log },
  }
  return {
    deps,
    chat: deps.chat,
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
    texts: () => deps.chat.posted.map(({ channel, message }) => `${channel}: ${message.text}`),
  }
}
