/** The form of a slash command, as Slack sends it; `null` leaves a field out. */
export function aSlashForm(overrides: Readonly<Record<string, string | null>> = {}): string {
  const fields = {
    token: 'xyzz0WbapA4vBCDEFasx0q6G',
    team_id: 'T1DC2JH3J',
    team_domain: 'testteamnow',
    channel_id: 'G8PSS9T3V',
    channel_name: 'foobar',
    user_id: 'U2CERLKJA',
    user_name: 'roadrunner',
    command: '/sluice',
    text: 'status web',
    api_app_id: 'A0123456789',
    is_enterprise_install: 'false',
    response_url: 'https://hooks.slack.com/commands/T1DC2JH3J/397700885554/96rGlfmibIGlgcZRskXaIFfN',
    trigger_id: '398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    ...overrides,
  }
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== null)
  return new URLSearchParams(given).toString()
}

/** What Slack sends as JSON when a button was clicked. */
export function aClick(overrides: Readonly<Record<string, unknown>> = {}) {
  return {
    type: 'block_actions',
    user: { id: 'U2CERLKJA', username: 'roadrunner', name: 'roadrunner', team_id: 'T1DC2JH3J' },
    api_app_id: 'A0123456789',
    token: 'xyzz0WbapA4vBCDEFasx0q6G',
    container: { type: 'message', message_ts: '1767227400.000100', channel_id: 'G8PSS9T3V', is_ephemeral: false },
    trigger_id: '398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703d',
    team: { id: 'T1DC2JH3J', domain: 'testteamnow' },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: 'G8PSS9T3V', name: 'foobar' },
    message: { type: 'message', ts: '1767227400.000100', text: 'web: baking at 10 %' },
    response_url: 'https://hooks.slack.com/actions/T1DC2JH3J/397700885555/96rGlfmibIGlgcZRskXaIFfN',
    actions: [
      {
        action_id: 'sluice.promote',
        block_id: 'abc',
        text: { type: 'plain_text', text: 'Promote', emoji: false },
        value: '0 promote dep_01KDVDNC00000000000000WEB1',
        style: 'primary',
        type: 'button',
        action_ts: '1767227401.000000',
      },
    ],
    ...overrides,
  }
}

/** The form that carries a click. */
export function aClickForm(overrides: Readonly<Record<string, unknown>> = {}): string {
  return new URLSearchParams({ payload: JSON.stringify(aClick(overrides)) }).toString()
}
