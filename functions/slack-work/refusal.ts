import { toProblem } from '../api/problem.ts'
import { refusalMessage } from '../slack/answers.ts'
import type { SlackMessage } from '../slack/blocks.ts'

/** So many problems of one command are shown. */
const mostHints = 5

/** Whether an error is ours, or that of what we stand on: worth a line in the log. */
export function isFailure(error: unknown): boolean {
  return toProblem(error).problem.status >= 500
}

/** Why a command was not done, in the words of the REST API. */
export function toRefusal(error: unknown): SlackMessage {
  const { title, detail, errors, step, phase } = toProblem(error).problem
  const now = [
    ...(typeof phase === 'string' ? [`It is ${phase.replaceAll('-', ' ')} now.`] : []),
    // People count from 1, as in the message.
    ...(typeof step === 'number' ? [`It is at step ${step + 1} now.`] : []),
  ]
  const problems = errors.slice(0, mostHints).map(({ path, message }) => `${path}: ${message}`)
  return refusalMessage(capitalised(title), detail, [...now, ...problems])
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}
