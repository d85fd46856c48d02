import type { CallCounter } from './call-counter.ts'
import type { Counted } from './messages.ts'

/** Tells the parent that this process is ready, and from then on, for each question, what was called since the last one. */
export function answerQuestions(counter: CallCounter, ready: object): void {
  process.on('message', () => void process.send?.(counter.take() satisfies Counted))
  process.send?.(ready)
}
