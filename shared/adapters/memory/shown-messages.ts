import { ConflictError } from '../../domain/errors.ts'
import type { ShownMessage } from '../../domain/shown-message.ts'
import type { ShownMessages } from '../../ports/shown-messages.ts'
import { copyOf } from './copy.ts'

/** Places of messages in memory, for tests. */
export function createMemoryShownMessages(): ShownMessages {
  const shown = new Map<string, ShownMessage>()
  return {
    async load(deployment) {
      return copyOf(shown.get(deployment) ?? null)
    },
    async save(deployment, next) {
      const stored = shown.get(deployment)?.revision ?? 0
      if (stored !== next.revision - 1)
        throw new ConflictError(`the message of ${deployment} changed since it was read; read it again`, {
          deployment,
        })
      shown.set(deployment, copyOf(next))
    },
  }
}
