import * as z from 'zod'
import { appSpecRules } from '../../../shared/domain/app-spec-rules.ts'
import { codedeployBody } from './codedeploy.ts'
import { httpUrl, ruled, serviceName, text } from './common.ts'
import { gates } from './gate.ts'
import { strategy } from './strategy.ts'

/** Names of links that Sluice sets itself. */
const ownLinks = ['self', 'events', 'console']

const links = z
  .record(z.string().regex(/^[A-Za-z][\w-]{0,49}$/, 'must be a short word'), httpUrl)
  .superRefine((value, context) => {
    for (const name of Object.keys(value))
      if (ownLinks.includes(name))
        context.addIssue({ code: 'custom', path: [name], message: 'is set by Sluice itself' })
    if (Object.keys(value).length > 20) context.addIssue({ code: 'custom', message: 'must have at most 20 links' })
  })
  .describe('Where to read more, by name.')

const lambda = z.strictObject({
  versions: z
    .record(ruled(appSpecRules.functionName), ruled(appSpecRules.version))
    .describe('Published versions by function, spelt as in its route.'),
})

/** Body of `POST /v1/deployments`. */
export const deploymentBody = z.strictObject({
  service: serviceName,
  to: z.exactOptional(z.enum(['blue', 'green'])).describe('Default: the slot that is not serving.'),
  revision: z.exactOptional(text(256)).describe('What is being deployed, in your words.'),
  reason: z.exactOptional(text(1000)),
  links: z.exactOptional(links),
  strategy: z.exactOptional(strategy).describe("In place of the service's, for this deployment."),
  gates: z.exactOptional(gates).describe("In place of the service's, all of them, for this deployment."),
  override: z
    .exactOptional(z.array(z.strictObject({ finding: z.string().min(1).max(512), reason: text(1000) })).max(50))
    .describe('Preflight findings that are known and accepted, by id.'),
  codedeploy: z
    .exactOptional(codedeployBody)
    .describe('With a codedeploy route, and required there unless a running deployment is taken over: what to deploy.'),
  lambda: z
    .exactOptional(lambda)
    .describe('With lambda-alias routes: what each function is to serve. Default: its newest published version.'),
})

export type DeploymentBody = z.output<typeof deploymentBody>

const rate = z.number().min(0).lt(1, 'must be a fraction below 1: 0.01 is one per cent')

const traffic = z
  .strictObject({
    requestsPerMinute: z.number().gt(0, 'must be above 0').max(1_000_000_000).describe('Of both sides together.'),
    errorRate: z.exactOptional(rate).describe('Share of errors that is normal, fraction. Default: measured.'),
    slowRate: z.exactOptional(rate).describe('Share of slow requests that is normal, fraction. Default: measured.'),
  })
  .describe('What `detection` reckons with. Default: what stable had in the last 60 minutes.')

/** Body of `POST /v1/plans`. */
export const planBody = deploymentBody.extend({ traffic: z.exactOptional(traffic) })

/** The header that makes a start safe to repeat. */
export const idempotencyKey = z
  .string('is required: any word that is unique to this deployment, such as the id of the CI run')
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
  .describe('Same key and body: the same answer. Same key and another body: 409.')
