import { randomBytes } from 'node:crypto'
import { Hono } from 'hono'
import { createConnectedApp } from '../functions/slack/connected-app.ts'
import { composeSlack } from '../shared/compose-slack.ts'
import type { Config } from '../shared/config.ts'
import type { Deps } from '../shared/deps.ts'
import type { Policy, PolicyRule } from '../shared/domain/access/policy.ts'
import type { Role } from '../shared/domain/access/role.ts'
import { slackWorkFunction } from './rehearsal-cloud.ts'
import { defaultPlace, secondUser } from './slack/people.ts'
import { createSlackStandIn } from './slack/stand-in.ts'

/** Where the stand-in for Slack is. */
export const slackStandInPath = '/_local/slack'

/** What the functions are told of Slack. The secrets are held here and read by nobody else; the address is not known yet. */
export const localSlackSettings = {
  SLUICE_SLACK_WORK_FUNCTION: slackWorkFunction,
  SLUICE_SLACK_SIGNING_SECRET_NAME: 'local',
  SLUICE_SLACK_BOT_TOKEN_NAME: 'local',
  SLUICE_PUBLIC_URL: 'http://127.0.0.1',
} as const

/**
 * Lets the people of the stand-in in, until somebody saves a policy: one who deploys, and another who approves. Whoever can
 * type for them runs on this machine, and could call as its owner.
 */
export function withStandInPeople(policy: Policy): Policy {
  const letIn = (name: string, user: string, roles: readonly Role[]): PolicyRule => ({
    ...{ name, roles, services: ['*'] },
    who: { kind: 'slack', team: defaultPlace.team, users: [user] },
  })
  return {
    ...policy,
    rules: [
      ...policy.rules,
      letIn('slack-stand-in-deployer', defaultPlace.user, ['deployer']),
      letIn('slack-stand-in-approver', secondUser, ['approver']),
    ],
  }
}

export interface LocalSlackOptions {
  readonly deps: Pick<Deps, 'clock' | 'logger'>
  readonly config: Config
  /** Where this process is reached; asked for at each command. */
  readonly publicUrl: () => string
}

/**
 * Slack on this machine: what it calls, and the stand-in that calls it. The signing secret is that of
 * `SLUICE_SLACK_SIGNING_SECRET`, so that other programs can sign as well; without it nobody knows it.
 *
 * @returns The answer to what is Slack's; null for everything else.
 */
export function createLocalSlack({ deps, config, publicUrl }: LocalSlackOptions) {
  const signingSecret = process.env.SLUICE_SLACK_SIGNING_SECRET || randomBytes(32).toString('hex')
  const app = createConnectedApp(composeSlack(config, { ...deps, signingSecret: async () => signingSecret }))
  const ownUrl = () => `${publicUrl()}${slackStandInPath}`
  const standIn = new Hono().route(
    slackStandInPath,
    createSlackStandIn({ targetUrl: publicUrl, signingSecret, ownUrl }),
  )
  return (request: Request): Response | Promise<Response> | null => {
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/slack/')) return app.fetch(request)
    if (pathname === `${slackStandInPath}/`)
      return new Response(null, { status: 308, headers: { location: slackStandInPath } })
    return `${pathname}/`.startsWith(`${slackStandInPath}/`) ? standIn.fetch(request) : null
  }
}
