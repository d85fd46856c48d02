/** How Slack is connected. Secrets are named here, never held. */
export interface SlackConfig {
  /** `SLUICE_SLACK_WORK_FUNCTION`: name or ARN of the function that does what is asked for. Absent: Slack is not connected. */
  readonly workFunction: string
  /** `SLUICE_SLACK_SIGNING_SECRET_NAME`: of the parameter with the app's signing secret. */
  readonly signingSecretName: string
  /** `SLUICE_SLACK_BOT_TOKEN_NAME`: of the parameter with the app's bot token. */
  readonly botTokenName: string
  /** `SLUICE_PUBLIC_URL`: where people reach the API and the console, for links. */
  readonly publicUrl: string
}

const variables = {
  workFunction: 'SLUICE_SLACK_WORK_FUNCTION',
  signingSecretName: 'SLUICE_SLACK_SIGNING_SECRET_NAME',
  botTokenName: 'SLUICE_SLACK_BOT_TOKEN_NAME',
  publicUrl: 'SLUICE_PUBLIC_URL',
} as const satisfies Readonly<Record<keyof SlackConfig, string>>

const shapes: Readonly<
  Record<keyof SlackConfig, { readonly isGood: (value: string) => boolean; readonly expected: string }>
> = {
  workFunction: {
    isGood: (value) => /^[A-Za-z0-9:_$-]{1,170}$/.test(value),
    expected: 'the name or ARN of a Lambda function',
  },
  signingSecretName: { isGood: isParameterName, expected: 'the name of a parameter in Parameter Store' },
  botTokenName: { isGood: isParameterName, expected: 'the name of a parameter in Parameter Store' },
  publicUrl: { isGood: isWebOrigin, expected: 'https:// and a host, without a path' },
}

/** @param problems - Gets a sentence for each variable that cannot be used. */
export function loadSlackConfig(
  env: Readonly<Record<string, string | undefined>>,
  problems: string[],
): SlackConfig | null {
  const read = (name: keyof SlackConfig): string => {
    const value = env[variables[name]]?.trim() ?? ''
    const { isGood, expected } = shapes[name]
    if (!isGood(value)) problems.push(`${variables[name]} is ${JSON.stringify(value)}; expected ${expected}`)
    return value
  }
  if ((env[variables.workFunction]?.trim() ?? '') === '') return null
  return {
    workFunction: read('workFunction'),
    signingSecretName: read('signingSecretName'),
    botTokenName: read('botTokenName'),
    publicUrl: read('publicUrl'),
  }
}

function isParameterName(value: string): boolean {
  return /^[A-Za-z0-9/_.-]{1,1011}$/.test(value)
}

function isWebOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value && /^https?:/.test(value)
}
