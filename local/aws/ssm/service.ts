import { createHash } from 'node:crypto'
import * as sdk from '@aws-sdk/client-ssm'
import type { LocalClock } from '../../clock.ts'
import { AwsError, type AwsService, operation } from '../service.ts'
import { checkNewName, type ParameterSelector, parseSelector, refuseSecretsManager } from './parameter-name.ts'
import { type ParameterRecord, Parameters, type ParameterType, type ParameterVersion } from './parameters.ts'

export interface SsmOptions {
  readonly clock: LocalClock
  /** Twelve digits. Default `000000000000`. */
  readonly accountId?: string
}

/** Standard parameters; there are no advanced ones here. @see AWS Systems Manager endpoints and quotas */
const largestValueBytes = 4096
const namesPerCall = 10
const types: readonly string[] = ['String', 'StringList', 'SecureString'] satisfies ParameterType[]

/** Parameter Store of the rehearsal cloud: standard parameters, in each Region its own. */
export function createSsm({ clock, accountId = '000000000000' }: SsmOptions): AwsService {
  const parameters = new Parameters(() => clock.now())

  function read(text: string, decrypted: boolean, region: string): sdk.Parameter {
    const selector = parseSelector(text)
    refuseSecretsManager(selector.name, decrypted)
    const record = parameters.find(region, selector.name)
    if (!record) throw new AwsError('ParameterNotFound', `Parameter ${selector.name} not found.`)
    return toParameter(record, versionOf(record, selector), { selector, decrypted, accountId })
  }

  return {
    signingName: 'ssm',
    apiVersion: '2014-11-06',
    targetPrefix: 'AmazonSSM',
    catalogue: sdk,
    state: parameters.persistent,
    operations: {
      PutParameter: {
        ...operation<sdk.PutParameterCommandInput, sdk.PutParameterCommandOutput>(
          sdk.PutParameter$,
          true,
          (input, { region }) => ({ Version: parameters.put(region, toInput(input)), Tier: 'Standard' }),
        ),
        secretMembers: ['Value'],
      },
      GetParameter: operation<sdk.GetParameterCommandInput, sdk.GetParameterCommandOutput>(
        sdk.GetParameter$,
        false,
        ({ Name = '', WithDecryption = false }, { region }) => ({ Parameter: read(Name, WithDecryption, region) }),
      ),
      GetParameters: operation<sdk.GetParametersCommandInput, sdk.GetParametersCommandOutput>(
        sdk.GetParameters$,
        false,
        ({ Names, WithDecryption = false }, { region }) => {
          const found = checkNames(Names).map((name) => orMissing(name, () => read(name, WithDecryption, region)))
          return {
            Parameters: found.filter((each) => typeof each !== 'string'),
            InvalidParameters: found.filter((each) => typeof each === 'string'),
          }
        },
      ),
      DeleteParameter: operation<sdk.DeleteParameterCommandInput, sdk.DeleteParameterCommandOutput>(
        sdk.DeleteParameter$,
        true,
        ({ Name = '' }, { region }) => {
          if (!parameters.delete(region, parseSelector(Name).name))
            throw new AwsError('ParameterNotFound', `Parameter ${Name} not found.`)
          return {}
        },
      ),
      DeleteParameters: operation<sdk.DeleteParametersCommandInput, sdk.DeleteParametersCommandOutput>(
        sdk.DeleteParameters$,
        true,
        ({ Names }, { region }) => {
          const gone = checkNames(Names).filter((name) => parameters.delete(region, parseSelector(name).name))
          return { DeletedParameters: gone, InvalidParameters: Names?.filter((name) => !gone.includes(name)) ?? [] }
        },
      ),
    },
  }
}

/** What changes how a parameter is checked or kept, and is not built: better refused than left out in silence. */
const notBuilt = ['AllowedPattern', 'Policies', 'Tags'] as const

function toInput(input: sdk.PutParameterCommandInput) {
  const { Name: name = '', Value: value = '', Type: type, Overwrite: overwrite = false, Tier, DataType } = input
  const unknown = notBuilt.find((member) => input[member] !== undefined && input[member]?.length !== 0)
  if (unknown) throw new AwsError('NotImplemented', `${unknown} is not implemented by the local endpoint`)
  checkNewName(name)
  if (value === '') throw new AwsError('ValidationException', 'Parameter value can not be empty')
  if (Buffer.byteLength(value) > largestValueBytes || Tier === 'Advanced') {
    const message = `Standard tier parameters support a maximum parameter value of ${largestValueBytes} characters; the local endpoint has no other tier`
    throw new AwsError('ValidationException', message)
  }
  if (DataType !== undefined && DataType !== 'text')
    throw new AwsError('NotImplemented', `DataType ${DataType} is not implemented by the local endpoint`)
  if (!isType(type)) throw new AwsError('UnsupportedParameterType', 'The parameter type is not supported.')
  return { name, value, type, overwrite }
}

function isType(type: string | undefined): type is ParameterType | undefined {
  return type === undefined || types.includes(type)
}

function versionOf(record: ParameterRecord, { name, version }: ParameterSelector): ParameterVersion {
  const found = version === undefined ? record.versions.at(-1) : record.versions.find((one) => one.version === version)
  if (found) return found
  const message = `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`
  throw new AwsError('ParameterVersionNotFound', message)
}

function toParameter(
  { region, name, type }: ParameterRecord,
  { version, value, modifiedAtMs }: ParameterVersion,
  asked: { readonly selector: ParameterSelector; readonly decrypted: boolean; readonly accountId: string },
): sdk.Parameter {
  const { selector } = asked.selector
  return {
    Name: name,
    Type: type,
    Value: type === 'SecureString' && !asked.decrypted ? encrypted(value) : value,
    Version: version,
    ...(selector !== undefined && { Selector: selector }),
    LastModifiedDate: new Date(modifiedAtMs),
    ARN: `arn:aws:ssm:${region}:${asked.accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`,
    DataType: 'text',
  }
}

/** Something that is not the value: whoever forgets to ask for decryption is to notice here, not in AWS. */
function encrypted(value: string): string {
  return createHash('sha512').update(value).digest('base64')
}

function checkNames(names: readonly string[] | undefined): readonly string[] {
  if (names && names.length >= 1 && names.length <= namesPerCall) return names
  throw new AwsError('ValidationException', `Names must have from 1 to ${namesPerCall} members`)
}

function orMissing(name: string, call: () => sdk.Parameter): sdk.Parameter | string {
  try {
    return call()
  } catch (error) {
    if (error instanceof AwsError && /^Parameter(Version)?NotFound$/.test(error.code)) return name
    throw error
  }
}
