import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { requestId } from 'hono/request-id'
import { TransientError, ValidationError } from '../../shared/domain/errors.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import { acceptedMessage, helpMessage, hintMessage, refusalMessage } from './answers.ts'
import type { SlackMessage } from './blocks.ts'
import { type HandOnOptions, handOn } from './hand-on.ts'
import { parseCommand } from './parse-command.ts'
import { parseClick, parseSlashCommand } from './payloads.ts'
import { verifySignature } from './verify-signature.ts'

export interface SlackAppOptions extends HandOnOptions {
  /** The app's signing secret. Asked for at each request: it may change. */
  readonly signingSecret: () => Promise<string>
  readonly clock: Pick<Clock, 'realNow'>
}

interface SlackEnv {
  Variables: { requestId: string; rawBody: Uint8Array }
}

/** Largest body that is read, bytes: a click carries its whole message. */
const maxBodyBytes = 256 * 1024

/**
 * What Slack calls: `/slack/commands` and `/slack/interactions`. Checks who is calling, understands what is asked, hands
 * the work on and acknowledges. Nothing is decided here and nobody is let in: the work is done by whoever it is handed to.
 */
export function createSlackApp(options: SlackAppOptions) {
  const { signingSecret, clock, logger } = options
  const app = new Hono<SlackEnv>()

  app.use(requestId())
  app.use('/slack/*', bodyLimit({ maxSize: maxBodyBytes, onError: (c) => c.text('the body is too large', 413) }))
  app.use('/slack/*', async (c, next) => {
    const rawBody = new Uint8Array(await c.req.arrayBuffer())
    const check = verifySignature({
      secret: await signingSecret(),
      headers: c.req.raw.headers,
      rawBody,
      nowMs: clock.realNow(),
    })
    if (!check.ok) {
      logger.warn('slack-request-refused', { requestId: c.var.requestId, path: c.req.path, refusal: check.refusal })
      return c.text(`this is not signed by Slack: ${check.refusal}`, 401)
    }
    c.set('rawBody', rawBody)
    await next()
  })

  app.post('/slack/commands', async (c) => {
    const { slashCommand, text, ...origin } = parseSlashCommand(c.var.rawBody)
    const parsed = parseCommand(text)
    if (!parsed.ok) return ephemeral(c, hintMessage(slashCommand, parsed.hint))
    const { command } = parsed
    if (command.word === 'help') return ephemeral(c, helpMessage(slashCommand))
    const handing = await handOn(options, { ...origin, command, expectedStep: null, confirmed: false, message: null })
    switch (handing) {
      case 'handed-on':
        return ephemeral(c, acceptedMessage(command))
      case 'repeated':
        return ephemeral(c, refusalMessage('Not done again', 'this command was taken already'))
      case 'failed':
        return ephemeral(c, refusalMessage('Not done', 'it could not be handed on; type it again'))
      case 'unknown':
        return ephemeral(c, refusalMessage('Not known', 'it may have been taken or not; look at the status first'))
    }
  })

  app.post('/slack/interactions', async (c) => {
    const handing = await handOn(options, parseClick(c.var.rawBody))
    // Slack shows no text here. Of a status that is no success it warns, and the button can be clicked again.
    return handing === 'handed-on' || handing === 'repeated' ? c.body(null, 200) : c.text('try again', 503)
  })

  app.onError((error, c) => {
    if (error instanceof ValidationError) return c.text(error.message, 400)
    logger.error('slack-request-failed', { requestId: c.var.requestId, path: c.req.path, error })
    return error instanceof TransientError ? c.text('try again', 503) : c.text('an error of ours', 500)
  })
  return app
}

/** For the person alone who typed the command. */
function ephemeral(c: Context, message: SlackMessage): Response {
  return c.json({ response_type: 'ephemeral', ...message })
}
