import { describe, expect, it } from 'vitest'
import { localSettings } from '../../../local/settings.ts'

describe('localSettings', () => {
  it('lets an option beat its variable', () => {
    const environment = {
      ...{ SLUICE_PORT: '1', SLUICE_AWS_PORT: '2', SLUICE_DNS_PORT: '4', SLUICE_SPEED: '3', SLUICE_DATA_DIR: 'there' },
    }
    expect(localSettings({}, environment)).toEqual({ port: 1, awsPort: 2, dnsPort: 4, speed: 3, dataDir: 'there' })
    expect(
      localSettings({ port: '0', 'aws-port': '0', 'dns-port': '0', speed: '60', 'data-dir': 'here' }, environment),
    ).toEqual({
      ...{ port: 0, awsPort: 0, dnsPort: 0, speed: 60, dataDir: 'here' },
    })
    expect(localSettings({}, { SLUICE_PORT: '', SLUICE_DATA_DIR: '' })).toEqual({})
  })

  it.each([
    [{ speed: '0' }, '--speed (SLUICE_SPEED) must be a number from 1 to 3600, not "0"'],
    [{ port: 'http' }, '--port (SLUICE_PORT) must be a number from 0 to 65535, not "http"'],
    [{ 'dns-port': '-1' }, '--dns-port (SLUICE_DNS_PORT) must be a number from 0 to 65535, not "-1"'],
    [{ 'aws-port': '65536' }, '--aws-port (SLUICE_AWS_PORT) must be a number from 0 to 65535, not "65536"'],
  ])('refuses %o and says what is allowed', (options, message) => {
    expect(() => localSettings(options, {})).toThrow(message)
  })
})
