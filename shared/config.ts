import { type AccessConfig, loadAccessConfig } from './config-access.ts'
import { loadSlackConfig, type SlackConfig } from './config-slack.ts'
import { ConfigError } from './domain/errors.ts'

/**
 * What the functions are told by their environment. Endpoints (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_SFN`, …) and
 * credentials are read by the AWS SDK itself.
 */
export interface Config extends AccessConfig {
  /** `SLUICE_TABLE`: name of the DynamoDB table. */
  readonly table: string
  /** `SLUICE_STATE_MACHINE_ARN`. */
  readonly stateMachineArn: string
  /** `SLUICE_ROLL_BACK_FUNCTION`: name or ARN of the function that moves traffic back. */
  readonly rollBackFunction: string
  /** `SLUICE_ROLLBACK_CHECK_FUNCTION`: name or ARN of the function that looks at everything that is open. */
  readonly rollbackCheckFunction: string
  /** `AWS_REGION`: Region of the table, the state machine, the functions and the alarms; Lambda sets it. */
  readonly region: string
  /** Absent: Slack is not connected. */
  readonly slack?: SlackConfig
  /**
   * `SLUICE_OUTBOUND_ALLOW`: addresses, blocks and hosts that probes and webhooks may call although they are not public.
   * Default: none.
   */
  readonly outboundAllow?: readonly string[]
}

/** What must be set. */
type RequiredSetting = Exclude<keyof Config, keyof AccessConfig | 'slack' | 'outboundAllow'>

interface Setting {
  readonly shape: RegExp
  readonly expected: string
}

/** Where each setting comes from, and what it must look like. */
const settings: Readonly<Record<RequiredSetting, Setting & { readonly variable: string }>> = {
  table: {
    variable: 'SLUICE_TABLE',
    shape: /^[A-Za-z0-9_.-]{3,255}$/,
    expected: 'the name of a DynamoDB table (3 to 255 letters, digits, _ . -)',
  },
  stateMachineArn: {
    variable: 'SLUICE_STATE_MACHINE_ARN',
    shape: /^arn:[a-z0-9-]+:states:[a-z0-9-]+:[0-9]{12}:stateMachine:[^:]+$/,
    expected: 'arn:PARTITION:states:REGION:ACCOUNT:stateMachine:NAME',
  },
  rollBackFunction: {
    variable: 'SLUICE_ROLL_BACK_FUNCTION',
    shape: /^[A-Za-z0-9:_$-]{1,170}$/,
    expected: 'the name or ARN of a Lambda function',
  },
  rollbackCheckFunction: {
    variable: 'SLUICE_ROLLBACK_CHECK_FUNCTION',
    shape: /^[A-Za-z0-9:_$-]{1,170}$/,
    expected: 'the name or ARN of a Lambda function',
  },
  region: {
    variable: 'AWS_REGION',
    shape: /^[a-z]{2}(-[a-z]+)+-[0-9]+$/,
    expected: 'a Region such as eu-west-1',
  },
}

/** @throws {ConfigError} Listing every variable that is missing or wrong. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = []
  const read = (name: RequiredSetting): string => {
    const { variable, shape, expected } = settings[name]
    const value = env[variable]?.trim() ?? ''
    if (value === '') problems.push(`${variable} is not set; expected ${expected}`)
    else if (!shape.test(value)) problems.push(`${variable} is ${JSON.stringify(value)}; expected ${expected}`)
    return value
  }
  const slack = loadSlackConfig(env, problems)
  const config: Config = {
    table: read('table'),
    stateMachineArn: read('stateMachineArn'),
    rollBackFunction: read('rollBackFunction'),
    rollbackCheckFunction: read('rollbackCheckFunction'),
    region: read('region'),
    ...loadAccessConfig(env, problems),
    ...(slack && { slack }),
    outboundAllow: readList(env.SLUICE_OUTBOUND_ALLOW),
  }
  if (problems.length > 0) throw new ConfigError(`the environment is not usable:\n- ${problems.join('\n- ')}`)
  return config
}

/** Entries with commas between; an empty text is none. */
export function readList(text = ''): readonly string[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}
