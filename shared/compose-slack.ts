import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { SSMClient } from '@aws-sdk/client-ssm'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { toClientConfig } from './adapters/aws-client.ts'
import { createDynamoDbSeenTriggers } from './adapters/dynamodb/seen-triggers.ts'
import { createLambdaWorkStarter } from './adapters/lambda/work-starter.ts'
import { createSsmSecretSource } from './adapters/ssm/secret-source.ts'
import { systemClock } from './adapters/system-clock.ts'
import type { Config } from './config.ts'
import { ConfigError } from './domain/errors.ts'
import { createLogger, type Logger } from './logger.ts'
import type { Clock } from './ports/clock.ts'
import type { SeenTriggers } from './ports/seen-triggers.ts'
import type { WorkStarter } from './ports/work-starter.ts'

/** Everything that acknowledging Slack needs from outside. */
export interface SlackDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly signingSecret: () => Promise<string>
  readonly seenTriggers: SeenTriggers
  readonly workStarter: WorkStarter
}

/** What local mode brings along. */
export interface SlackOverrides {
  readonly clock?: Clock
  readonly logger?: Logger
  readonly signingSecret?: () => Promise<string>
}

/** Slack gives up after 3 s, real milliseconds. */
const quick = { maxAttempts: 2, timeoutMs: 800 }
const secretDeadlineMs = 1500

/**
 * The composition root of what Slack calls: no more than it takes to verify, remember and hand on, so that a cold start
 * is over well before Slack gives up. Every request needs these clients, so they are loaded at once.
 *
 * @throws {ConfigError} If Slack is not connected.
 */
export function composeSlack(config: Config, overrides: SlackOverrides = {}): SlackDeps {
  const { slack, region, table } = config
  if (!slack) throw new ConfigError('Slack is not connected: SLUICE_SLACK_WORK_FUNCTION is not set')
  const clock = overrides.clock ?? systemClock
  const secrets = createSsmSecretSource(new SSMClient(toClientConfig(region, quick)), clock, secretDeadlineMs)
  const database = DynamoDBDocumentClient.from(new DynamoDBClient(toClientConfig(region, quick)))
  return {
    clock,
    logger: overrides.logger ?? createLogger(),
    signingSecret: overrides.signingSecret ?? (() => secrets.read(slack.signingSecretName)),
    seenTriggers: createDynamoDbSeenTriggers({ client: database, table, clock }),
    workStarter: createLambdaWorkStarter(new LambdaClient(toClientConfig(region, quick)), slack.workFunction),
  }
}
