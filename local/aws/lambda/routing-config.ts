import type { AliasRoutingConfiguration } from '@aws-sdk/client-lambda'
import { refuse } from './errors.ts'
import { functionArn } from './function-name.ts'
import type { AliasRecord, FunctionRecord } from './records.ts'
import { findVersion } from './store.ts'

/**
 * Where an alias is to point.
 *
 * @param routing - Undefined: `kept` stays. Without weights: all traffic goes to `version`.
 * @throws {AwsError} `ResourceNotFoundException` for a version that is not there; `InvalidParameterValueException` for
 *   more than one further version, the same one twice, or `$LATEST` beside another; `ValidationException` for a weight
 *   that is none.
 */
export function buildSplit(
  record: FunctionRecord,
  accountId: string,
  split: {
    readonly version: string
    readonly routing: AliasRoutingConfiguration | undefined
    readonly kept?: AliasRecord['additional']
  },
): Pick<AliasRecord, 'version' | 'additional'> {
  const { version, routing, kept } = split
  const [first, ...others] = Object.entries(routing?.AdditionalVersionWeights ?? {})
  const given = first && { version: first[0], weight: first[1] }
  const additional = routing ? given : kept
  mustExist(record, accountId, version)
  if (others.length > 0) {
    refuse('InvalidParameterValueException', 'Number of items in AdditionalVersionWeights cannot be greater than 1')
  }
  if (!additional) return { version }
  checkAdditional(version, additional)
  mustExist(record, accountId, additional.version)
  return { version, additional }
}

function checkAdditional(version: string, additional: NonNullable<AliasRecord['additional']>): void {
  const shown = `1 validation error detected: Value '{${additional.version}=${additional.weight}}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint`
  if (!(additional.weight >= 0 && additional.weight <= 1)) {
    refuse('ValidationException', `${shown}: Map value must be from 0.0 to 1.0`)
  }
  if (version === '$LATEST' || additional.version === '$LATEST') {
    refuse('InvalidParameterValueException', '$LATEST is not supported for an alias pointing to more than 1 version')
  }
  if (!/^\d+$/.test(additional.version)) {
    refuse('ValidationException', `${shown}: Map keys must satisfy regular expression pattern: [0-9]+`)
  }
  if (version === additional.version) {
    refuse(
      'InvalidParameterValueException',
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    )
  }
}

function mustExist(record: FunctionRecord, accountId: string, version: string): void {
  if (findVersion(record, version)) return
  const arn = functionArn({ ...record, accountId, qualifier: version })
  refuse('ResourceNotFoundException', `Function not found: ${arn}`)
}
