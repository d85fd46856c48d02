import { createHash } from 'node:crypto'
import type {
  CreateFunctionRequest,
  FunctionCode,
  UpdateFunctionCodeRequest,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda'
import { refuse } from './errors.ts'
import { localOrigin } from './local-url.ts'
import type { FunctionSettings } from './records.ts'

/**
 * The settings of a new function, with AWS's defaults. Layers, VPC, tags and the like are taken and not kept.
 *
 * @throws {AwsError} `InvalidParameterValueException`, `ValidationException`
 */
export function buildSettings(input: CreateFunctionRequest): FunctionSettings {
  const packageType = input.PackageType ?? 'Zip'
  if (packageType === 'Zip' && (!input.Runtime || !input.Handler)) {
    refuse(
      'InvalidParameterValueException',
      'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    )
  }
  const initial: FunctionSettings = {
    role: '',
    description: '',
    runtime: undefined,
    handler: undefined,
    packageType,
    architectures: input.Architectures ?? ['x86_64'],
    timeoutSeconds: 3,
    memoryMegabytes: 128,
    variables: {},
    ...describeCode(input.Code ?? {}),
  }
  return changeSettings(initial, input)
}

/** What is not given stays; a given environment takes the place of the whole old one. @throws As `buildSettings`. */
export function changeSettings(
  current: FunctionSettings,
  input: Omit<UpdateFunctionConfigurationRequest, 'FunctionName'>,
): FunctionSettings {
  const variables = input.Environment ? (input.Environment.Variables ?? {}) : current.variables
  localOrigin(variables)
  return {
    ...current,
    role: input.Role ?? current.role,
    description: input.Description ?? current.description,
    runtime: input.Runtime ?? current.runtime,
    handler: input.Handler ?? current.handler,
    timeoutSeconds: inRange('timeout', input.Timeout ?? current.timeoutSeconds, [1, 900]),
    memoryMegabytes: inRange('memorySize', input.MemorySize ?? current.memoryMegabytes, [128, 32_768]),
    variables,
  }
}

/** The settings with other code. */
export function changeCode(current: FunctionSettings, input: UpdateFunctionCodeRequest): FunctionSettings {
  const { ZipFile, S3Bucket, S3Key, S3ObjectVersion, ImageUri } = input
  const code: FunctionCode = { ZipFile, S3Bucket, S3Key, S3ObjectVersion, ImageUri }
  return { ...current, architectures: input.Architectures ?? current.architectures, ...describeCode(code) }
}

/** @throws {AwsError} `InvalidParameterValueException` when there is no code. */
function describeCode(code: FunctionCode): Pick<FunctionSettings, 'codeSha256' | 'codeBytes'> {
  const { ZipFile: zip, S3Bucket: bucket, S3Key: key, S3ObjectVersion: version, ImageUri: image } = code
  const place = image ?? (bucket && key ? `s3://${bucket}/${key}?${version ?? ''}` : undefined)
  if (!zip && place === undefined) {
    refuse('InvalidParameterValueException', 'Please provide a source for function code.')
  }
  const content = zip ?? Buffer.from(place ?? '')
  return { codeSha256: createHash('sha256').update(content).digest('base64'), codeBytes: zip?.byteLength ?? 0 }
}

function inRange(name: string, value: number, [least, most]: readonly [number, number]): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  const side = value < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`
  return refuse(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must have value ${side}`,
  )
}
