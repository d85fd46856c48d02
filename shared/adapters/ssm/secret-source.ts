import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm'
import { NotFoundError } from '../../domain/errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { SecretSource } from '../../ports/secret-source.ts'
import { callingAws } from '../aws-error.ts'
import { withDeadline } from '../deadline.ts'

/**
 * How long a secret is kept, real milliseconds. Shorter than the three looks, a minute apart, that a gate may be without
 * data by default: a secret that was changed does not end a deployment.
 */
export const keptForMs = 120_000

interface Kept {
  readonly secret: Promise<string>
  readonly untilMs: number
}

/**
 * Reads secrets from SSM Parameter Store. Secrets Manager's are there too, as `/aws/reference/secretsmanager/NAME`: one
 * call for both, with the function's right `secretsmanager:GetSecretValue` for the second.
 *
 * @param deadlineMs - Real milliseconds for a call, retries included. Default 10,000.
 * @see AWS Systems Manager User Guide, "Referencing AWS Secrets Manager secrets from Parameter Store parameters"
 */
export function createSsmSecretSource(
  client: SSMClient,
  clock: Pick<Clock, 'realNow'>,
  deadlineMs = 10_000,
): SecretSource {
  const kept = new Map<string, Kept>()

  async function fetchSecret(name: string): Promise<string> {
    const command = new GetParameterCommand({ Name: name, WithDecryption: true })
    const answer = await callingAws({ tried: 'ssm:GetParameter', on: name }, () =>
      withDeadline(deadlineMs, (abortSignal) => client.send(command, { abortSignal })),
    )
    const value = answer.Parameter?.Value
    if (!value) throw new NotFoundError(`the secret ${name} is empty; put a value`)
    return value
  }

  return {
    read(name) {
      const known = kept.get(name)
      if (known && clock.realNow() < known.untilMs) return known.secret
      const entry = { secret: fetchSecret(name), untilMs: clock.realNow() + keptForMs }
      kept.set(name, entry)
      // A failure is not kept: the next look asks again.
      entry.secret.catch(() => {
        if (kept.get(name) === entry) kept.delete(name)
      })
      return entry.secret
    },
  }
}
