import { hidden, redact } from './domain/redact.ts'

/** One JSON line per event. Never a token, signature or authorization header: neither by its name nor by its looks. */
export interface Logger {
  info(event: string, fields?: Readonly<Record<string, unknown>>): void
  warn(event: string, fields?: Readonly<Record<string, unknown>>): void
  error(event: string, fields?: Readonly<Record<string, unknown>>): void
}

const secretName =
  /authorization|token|secret|signature|password|passphrase|cookie|credential|api[-_]?key|private[-_]?key|response[-_]?url/i

/**
 * Writes lines to `write`. By default straight to standard output: on Lambda, console.log would put its own text before
 * each line, and no JSON filter would match.
 */
export function createLogger(write: (line: string) => void = (line) => process.stdout.write(`${line}\n`)): Logger {
  const log =
    (level: string) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}) =>
      write(JSON.stringify({ level, event, at: new Date().toISOString(), ...fields }, hideSecrets))
  return { info: log('info'), warn: log('warn'), error: log('error') }
}

function hideSecrets(key: string, value: unknown): unknown {
  if (value instanceof Error)
    return { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
  if (secretName.test(key) && value !== null && value !== undefined) return hidden
  return typeof value === 'string' ? redact(value) : value
}
