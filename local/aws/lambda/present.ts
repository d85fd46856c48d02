import type { AliasConfiguration, FunctionConfiguration } from '@aws-sdk/client-lambda'
import { functionArn } from './function-name.ts'
import type { AliasRecord, FunctionRecord, VersionRecord } from './records.ts'

/** A version as Lambda shows it. Here nothing is ever under way: it is active, and its last update was successful. */
export function showVersion(
  accountId: string,
  { region, name }: Pick<FunctionRecord, 'region' | 'name'>,
  { version, settings, modifiedAt, revisionId }: VersionRecord,
  qualifier?: string,
): FunctionConfiguration {
  return {
    FunctionName: name,
    FunctionArn: functionArn({ region, accountId, name, ...(qualifier !== undefined && { qualifier }) }),
    ...(settings.runtime && { Runtime: settings.runtime }),
    Role: settings.role,
    ...(settings.handler !== undefined && { Handler: settings.handler }),
    CodeSize: settings.codeBytes,
    Description: settings.description,
    Timeout: settings.timeoutSeconds,
    MemorySize: settings.memoryMegabytes,
    LastModified: modifiedAt.replace('Z', '+0000'),
    CodeSha256: settings.codeSha256,
    Version: version,
    ...(Object.keys(settings.variables).length > 0 && { Environment: { Variables: { ...settings.variables } } }),
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: settings.packageType,
    Architectures: [...settings.architectures],
    EphemeralStorage: { Size: 512 },
  }
}

export function showAlias(
  accountId: string,
  { region, name }: Pick<FunctionRecord, 'region' | 'name'>,
  alias: AliasRecord,
): AliasConfiguration {
  const { additional } = alias
  return {
    AliasArn: functionArn({ region, accountId, name, qualifier: alias.name }),
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    ...(additional && { RoutingConfig: { AdditionalVersionWeights: { [additional.version]: additional.weight } } }),
    RevisionId: alias.revisionId,
  }
}
