import { createMemoryChat } from '../../../../shared/adapters/memory/chat.ts'
import { describeChat } from '../../../contract/chat.ts'

describeChat('memory', async () => {
  const chat = createMemoryChat()
  return {
    chat,
    responseUrl: async () => 'https://hooks.slack.com/commands/1',
    shown: async () => [
      ...chat.posted.map(({ message }) => ({ kind: 'channel' as const, message })),
      ...chat.answers.map(({ message }) => ({ kind: 'ephemeral' as const, message })),
    ],
  }
})
