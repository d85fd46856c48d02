import { describe, expect, it } from 'vitest'
import { loadSlackConfig } from '../../shared/config-slack.ts'

const env = {
  SLUICE_SLACK_WORK_FUNCTION: 'sluice-prod-slack-work',
  SLUICE_SLACK_SIGNING_SECRET_NAME: '/sluice/slack/signing-secret',
  SLUICE_SLACK_BOT_TOKEN_NAME: '/aws/reference/secretsmanager/sluice/bot-token',
  SLUICE_PUBLIC_URL: 'https://abc.execute-api.eu-west-1.amazonaws.com',
}

function load(overrides: Readonly<Record<string, string>> = {}) {
  const problems: string[] = []
  return { config: loadSlackConfig({ ...env, ...overrides }, problems), problems }
}

describe('how Slack is connected', () => {
  it('comes from the environment, by names of secrets', () => {
    expect(load()).toEqual({
      config: {
        workFunction: 'sluice-prod-slack-work',
        signingSecretName: '/sluice/slack/signing-secret',
        botTokenName: '/aws/reference/secretsmanager/sluice/bot-token',
        publicUrl: 'https://abc.execute-api.eu-west-1.amazonaws.com',
      },
      problems: [],
    })
  })

  it('is not, without a function that does the work', () => {
    expect(load({ SLUICE_SLACK_WORK_FUNCTION: ' ', SLUICE_PUBLIC_URL: '' })).toEqual({ config: null, problems: [] })
  })

  it.each([
    ['SLUICE_SLACK_WORK_FUNCTION', 'slack work'],
    ['SLUICE_SLACK_SIGNING_SECRET_NAME', ''],
    ['SLUICE_SLACK_BOT_TOKEN_NAME', 'a b'],
    ['SLUICE_PUBLIC_URL', 'sluice.example'],
    ['SLUICE_PUBLIC_URL', 'https://sluice.example/'],
    ['SLUICE_PUBLIC_URL', 'ftp://sluice.example'],
  ])('is refused with %s=%s', (variable, value) => {
    expect(load({ [variable]: value }).problems).toEqual([
      expect.stringMatching(new RegExp(`^${variable} is ${JSON.stringify(value)}; expected `)),
    ])
  })
})
