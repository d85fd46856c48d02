import { type ParseArgsConfig, parseArgs } from 'node:util'
import { TransientError, UpstreamError, ValidationError } from '../shared/domain/errors.ts'
import { messageOf } from '../shared/domain/message-of.ts'

/** How every command ends that came to no answer of its own, for scripts. */
export const failureCodes = {
  /** Wrong options, or input that cannot be used. */
  badInput: 2,
  /** The API, or another source, did not answer or refused. */
  source: 4,
} as const

/** Writes a message, and gives back the exit code that goes with it. */
export function say(stream: NodeJS.WritableStream, message: string, code: number): number {
  stream.write(message)
  return code
}

/**
 * Does a command's work. What kept it from an answer goes to standard error.
 *
 * @param describe - The message for wrong input. Default: the error's own.
 * @returns The exit code.
 * @throws What is an error of ours.
 */
export async function runCommand(
  work: () => Promise<number> | number,
  describe: (error: ValidationError) => string = toLine,
): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ValidationError) return say(process.stderr, describe(error), failureCodes.badInput)
    if (error instanceof TransientError || error instanceof UpstreamError)
      return say(process.stderr, toLine(error), failureCodes.source)
    throw error
  }
}

function toLine({ message }: Error): string {
  return `sluice: ${message}\n`
}

/** @throws {ValidationError} With the usage, if the arguments are not those of `config`. */
export function readOptions<Config extends ParseArgsConfig>(
  config: Config,
  usage: string,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config)
  } catch (error) {
    throw new ValidationError(`${messageOf(error)}\n\n${usage}`, [], { cause: error })
  }
}
