import * as z from 'zod'
import { findCronProblem, isTimeZone } from '../../../shared/use-cases/freeze-calendar.ts'
import { httpUrl, notYet, seconds, secretName, text } from './common.ts'
import { gates } from './gate.ts'
import { routes } from './route.ts'
import { strategy } from './strategy.ts'

const approvals = z
  .strictObject({
    required: z.int().min(1).max(10).default(1),
    timeoutSeconds: seconds(2_592_000, 60).default(86_400).describe('Rolls back when it is over. Seconds.'),
  })
  .prefault({})
  .describe('For steps with `approval: true`.')

const freezeWindow = z.strictObject({
  cron: z
    .string()
    .max(100)
    .superRefine((cron, context) => {
      const message = findCronProblem(cron)
      if (message !== null) context.addIssue({ code: 'custom', message })
    })
    .describe('When it opens: minute, hour, day of the month, month, day of the week.'),
  durationSeconds: seconds(2_592_000, 60).describe('For how long, seconds of real length.'),
  timeZone: z
    .string()
    .min(1)
    .max(64)
    .refine(isTimeZone, 'must be the name of a time zone, such as "Europe/Berlin" or "UTC"')
    .default('UTC')
    .describe('IANA name of the zone that `cron` is read in.'),
  reason: z.exactOptional(text(1000)),
})

const freeze = z
  .array(freezeWindow)
  .max(20)
  .default([])
  .describe('Windows in which nothing starts and no share is raised. Rollbacks and aborts go on.')

const lateWatch = z
  .strictObject({
    seconds: seconds().default(3600).describe('For how long, from the end on. 0: not at all. Seconds.'),
    action: z
      .enum(['notify', 'roll-back'])
      .default('notify')
      .describe('When a gate fails: call a person, once, or take the deployment back.'),
  })
  .prefault({})
  .describe('For how long a success is still judged. Ends when the next deployment starts.')

const slackChannel = z
  .string()
  .regex(/^[CGD][A-Z0-9]{2,20}$/, 'must be the id of a Slack channel: C…')
  .describe('Id of the channel that shows each deployment in one message, and calls people. The app must be in it.')

const notify = z
  .nullable(
    z.strictObject({
      slackChannel: z.exactOptional(slackChannel),
      webhooks: z.exactOptional(
        notYet(z.array(z.strictObject({ url: httpUrl, secretName })).max(10), (webhooks) => webhooks.length === 0),
      ),
    }),
  )
  .default({})
  .describe('Who is told. No webhooks are available yet.')

/** Body of `PUT /v1/services/{service}`. */
export const serviceBody = z.strictObject({
  routes,
  strategy,
  gates: gates.default([]),
  settleSeconds: seconds(3600).default(10).describe('From a verified write to the start of the step. Seconds.'),
  approvals,
  concurrency: z
    .enum(['reject', 'queue', 'supersede'])
    .default('reject')
    .describe('What a second deployment does: gets 409, waits for its turn, or takes the place of the first.'),
  onDrift: z
    .enum(['halt', 'overwrite', 'roll-back'])
    .default('halt')
    .describe('When somebody else changed the weights: ask, write ours again, or roll back.'),
  freeze,
  lateWatch,
  notify,
})
