import type { Architecture, PackageType, Runtime } from '@aws-sdk/client-lambda'

/** What a version is made of, besides its number: publishing copies it. */
export interface FunctionSettings {
  readonly role: string
  readonly description: string
  readonly runtime: Runtime | undefined
  readonly handler: string | undefined
  readonly packageType: PackageType
  readonly architectures: readonly Architecture[]
  /** Real seconds that an Invoke may take. */
  readonly timeoutSeconds: number
  readonly memoryMegabytes: number
  readonly variables: Readonly<Record<string, string>>
  /** Base64. Of the code's bytes, or of its place where it is not in the request: the code itself is not kept. */
  readonly codeSha256: string
  readonly codeBytes: number
}

/** `$LATEST` or a published version. */
export interface VersionRecord {
  /** `$LATEST`, `1`, `2`, … */
  readonly version: string
  readonly settings: FunctionSettings
  /** Local time, ISO 8601. */
  readonly modifiedAt: string
  readonly revisionId: string
}

export interface AliasRecord {
  readonly name: string
  readonly description: string
  readonly version: string
  /** The version that gets a share (fraction 0–1) of the invocations; the rest goes to `version`. */
  readonly additional?: { readonly version: string; readonly weight: number }
  readonly revisionId: string
}

/** A function with its versions and aliases, as plain JSON. */
export interface FunctionRecord {
  readonly region: string
  readonly name: string
  readonly latest: VersionRecord
  /** Ascending. */
  readonly published: readonly VersionRecord[]
  /** Number of the next version; one that was deleted is never given again. */
  readonly nextVersion: number
  /** In the order of their creation. */
  readonly aliases: readonly AliasRecord[]
}
