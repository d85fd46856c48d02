import type { LocalOptions } from './start.ts'

/**
 * Reads local mode's settings: an option beats its environment variable, which beats the default.
 *
 * @throws {RangeError} If a value is no number in its range, naming the option and what is allowed.
 */
export function localSettings(
  options: Readonly<Record<string, string | boolean | undefined>>,
  environment: Readonly<Record<string, string | undefined>>,
): LocalOptions {
  const read = (option: string, variable: string) => options[option] ?? environment[variable]
  const port = toNumber('--port (SLUICE_PORT)', read('port', 'SLUICE_PORT'), 0, 65_535)
  const awsPort = toNumber('--aws-port (SLUICE_AWS_PORT)', read('aws-port', 'SLUICE_AWS_PORT'), 0, 65_535)
  const dnsPort = toNumber('--dns-port (SLUICE_DNS_PORT)', read('dns-port', 'SLUICE_DNS_PORT'), 0, 65_535)
  const speed = toNumber('--speed (SLUICE_SPEED)', read('speed', 'SLUICE_SPEED'), 1, 3600)
  const dataDir = read('data-dir', 'SLUICE_DATA_DIR')
  return {
    ...(port !== undefined && { port }),
    ...(awsPort !== undefined && { awsPort }),
    ...(dnsPort !== undefined && { dnsPort }),
    ...(speed !== undefined && { speed }),
    ...(typeof dataDir === 'string' && dataDir !== '' && { dataDir }),
  }
}

function toNumber(name: string, value: string | boolean | undefined, min: number, max: number): number | undefined {
  if (value === undefined || value === '') return undefined
  const number = Number(value)
  if (!(number >= min && number <= max))
    throw new RangeError(`${name} must be a number from ${min} to ${max}, not "${value}"`)
  return number
}
