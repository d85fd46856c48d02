import { ulid } from 'ulid'
import { lazy } from './adapters/aws-client.ts'
import { createDynamoDbAlerts } from './adapters/dynamodb/alerts.ts'
import type { TableOptions } from './adapters/dynamodb/item-table.ts'
import { createDynamoDbSeenTriggers } from './adapters/dynamodb/seen-triggers.ts'
import { createDynamoDbShownMessages } from './adapters/dynamodb/shown-messages.ts'
import { createAlertNotifier } from './adapters/notifier/alert-notifier.ts'
import { createLogNotifier } from './adapters/notifier/log-notifier.ts'
import type { Config } from './config.ts'
import type { Deps } from './deps.ts'
import { ConfigError } from './domain/errors.ts'
import type { Logger } from './logger.ts'
import type { Clock } from './ports/clock.ts'
import type { SecretSource } from './ports/secret-source.ts'

/** A Slack on this machine. Where it is may be known only once it listens. */
export interface OwnSlack {
  readonly apiUrl: () => string
  readonly publicUrl: () => string
}

export interface ChatOptions {
  readonly config: Config
  readonly table: TableOptions
  readonly clock: Clock
  readonly logger: Logger
  readonly secrets: SecretSource
  readonly own?: OwnSlack
}

/** How people are told. Slack's client is loaded at the first call, and its token read there. */
export function composeChat(
  options: ChatOptions,
): Pick<Deps, 'chat' | 'shownMessages' | 'alerts' | 'seenTriggers' | 'notifier' | 'publicUrl'> {
  const { config, table, clock, logger, own } = options
  const log = createLogNotifier(logger)
  const alerts = createDynamoDbAlerts({ ...table, clock })
  const isConnected = config.slack !== undefined || own !== undefined
  const newAlertId = () => ulid(clock.now())
  return {
    chat: composeSlackChat(options),
    shownMessages: createDynamoDbShownMessages(table),
    alerts,
    seenTriggers: createDynamoDbSeenTriggers({ ...table, clock }),
    notifier: isConnected ? createAlertNotifier({ alerts, log, newAlertId, clock, logger }) : log,
    publicUrl: own?.publicUrl ?? (() => requireSlack(config).publicUrl),
  }
}

function composeSlackChat({ config, clock, secrets, own }: ChatOptions): Deps['chat'] {
  const chat = lazy(async () => {
    const { createSlackChat } = await import('./adapters/slack/chat.ts')
    return own
      ? createSlackChat({ token: async () => 'xoxb-local', clock, apiUrl: own.apiUrl(), allowLoopback: true })
      : createSlackChat({ token: () => secrets.read(requireSlack(config).botTokenName), clock })
  })
  return {
    post: async (channel, message, options) => (await chat()).post(channel, message, options),
    update: async (place, message) => (await chat()).update(place, message),
    respond: async (url, message, options) => (await chat()).respond(url, message, options),
  }
}

function requireSlack({ slack }: Config) {
  if (slack) return slack
  throw new ConfigError('Slack is not connected; set SLUICE_SLACK_WORK_FUNCTION and the names of its secrets')
}
