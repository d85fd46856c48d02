import type { Button } from '@slack/types'
import type { presentDeployment } from '../api/present.ts'
import { type ButtonInput, button, type Question } from './blocks.ts'
import { type DestructiveCommand, isDestructive, printCommand, type SlackCommand, type Target } from './command.ts'
import { percent } from './weight-bar.ts'

export type DeploymentDocument = ReturnType<typeof presentDeployment>

/** Every button's `action_id` begins with it, and goes on with the word of its command and what makes it one of its kind. */
export const actionPrefix = 'sluice.'

/**
 * What a button carries: the step that its reader saw, `-` where that does not matter, and the command as it could be
 * typed. A click on a message that is no longer true is refused by the step.
 */
export function printButtonValue(command: SlackCommand, expectedStep: number | null): string {
  return `${expectedStep ?? '-'} ${printCommand(command)}`
}

type DeploymentCommand = Extract<SlackCommand, { target: Target }>

interface Offer {
  readonly label: string
  readonly command: DeploymentCommand
  readonly style?: ButtonInput['style']
}

/** The buttons that make sense in this phase; at most five. None where nothing is left to decide. */
export function deploymentButtons(deployment: DeploymentDocument): Button[] {
  return offers(deployment).map(({ label, command, style }) => {
    return button({
      actionId: actionIdOf(command),
      text: label,
      value: printButtonValue(command, expectedStepOf(command, deployment)),
      ...(style && { style }),
      ...(isDestructive(command) && { confirm: askAbout(command, deployment) }),
    })
  })
}

/** The step that these words are meant for; null for a word that is meant whatever the step. */
function expectedStepOf({ word }: SlackCommand, { step }: DeploymentDocument): number | null {
  return word === 'approve' || word === 'reject' || word === 'promote' ? step : null
}

/**
 * Does what was asked about, on the deployment that was looked at: by the click, its service may have another. A rollback
 * has the success that it is to take back already.
 */
export function confirmingButton(command: DestructiveCommand, deployment: DeploymentDocument): Button {
  const target: Target = { kind: 'deployment', id: deployment.id }
  const pinned = command.word === 'rollback' ? command : { ...command, target }
  return button({
    actionId: actionIdOf(pinned),
    text: askAbout(command, deployment).confirm,
    value: printButtonValue(pinned, expectedStepOf(pinned, deployment)),
    style: 'danger',
  })
}

/** Unique in a message: `sluice.resume.adopt` stands beside `sluice.resume.overwrite`. */
export function actionIdOf(command: SlackCommand): string {
  const option = command.word === 'resume' && command.drift !== undefined ? `.${command.drift}` : ''
  return `${actionPrefix}${command.word}${option}`
}

function offers({ id, phase, cause }: DeploymentDocument): Offer[] {
  const target: Target = { kind: 'deployment', id }
  const abort: Offer = { label: 'Abort', command: { word: 'abort', target, force: false }, style: 'danger' }
  switch (phase) {
    case 'queued':
    case 'preparing':
    case 'verifying':
    case 'shifting':
      return [abort]
    case 'baking':
      return [
        { label: 'Promote', command: { word: 'promote', target, full: false }, style: 'primary' },
        { label: 'Pause', command: { word: 'pause', target } },
        abort,
      ]
    case 'awaiting-approval':
      return [
        { label: 'Approve', command: { word: 'approve', target }, style: 'primary' },
        { label: 'Reject', command: { word: 'reject', target }, style: 'danger' },
        abort,
      ]
    case 'paused':
      return [{ label: 'Resume', command: { word: 'resume', target }, style: 'primary' }, abort]
    case 'halted':
      return cause?.type === 'drift'
        ? [
            { label: 'Keep the change', command: { word: 'resume', target, drift: 'adopt' } },
            { label: 'Overwrite it', command: { word: 'resume', target, drift: 'overwrite' }, style: 'danger' },
            abort,
          ]
        : [{ label: 'Resume', command: { word: 'resume', target } }, abort]
    case 'rolling-back':
    case 'succeeded':
    case 'rolled-back':
    case 'aborted':
    case 'superseded':
    case 'rejected':
    case 'rollback-failed':
      return []
  }
}

/** The question before a destructive command, in plain text. */
export function askAbout(command: DestructiveCommand, deployment: DeploymentDocument): Question {
  const { service, stable, canary, weight } = deployment
  const now = `${percent(weight)} of its traffic is on ${canary} now.`
  switch (command.word) {
    case 'abort':
      return { title: `Abort ${service}?`, text: `All traffic goes back to ${stable}. ${now}`, confirm: 'Abort' }
    case 'reject':
      return { title: `Reject ${service}?`, text: `All traffic goes back to ${stable}. ${now}`, confirm: 'Reject' }
    case 'rollback':
      return {
        title: `Roll ${service} back?`,
        text: 'What was before the newest deployment serves again, in one write.',
        confirm: 'Roll back',
      }
    case 'promote':
      return {
        title: `Promote ${service} fully?`,
        text: `All traffic goes to ${canary}, whatever the plan still holds. ${now}`,
        confirm: 'Promote',
      }
    case 'resume':
      return {
        title: 'Overwrite the change?',
        text: `Somebody else changed the routing of ${service}. It is written over. ${now}`,
        confirm: 'Overwrite',
      }
  }
}
