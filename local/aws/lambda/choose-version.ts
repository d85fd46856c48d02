import { type FunctionAddress, functionArn } from './function-name.ts'
import { localOrigin } from './local-url.ts'
import type { AliasRecord } from './records.ts'
import { type FunctionStore, findAlias, findVersion } from './store.ts'

/** The version that answers one invocation. */
export interface ChosenVersion {
  /** As the caller named it, with its qualifier. */
  readonly arn: string
  readonly functionName: string
  /** Value of the dimension `Resource`: `pay`, `pay:2`, `pay:live`. */
  readonly resource: string
  readonly isAlias: boolean
  /** `$LATEST`, `1`, `2`, … */
  readonly version: string
  /** Origin of its server; undefined when its environment names none. */
  readonly origin: string | undefined
  /** Real seconds that an Invoke may take. */
  readonly timeoutSeconds: number
}

/**
 * Chooses anew for each invocation: of an alias with two versions by its weights, at random as Lambda does.
 *
 * @param random - A number from 0 up to, not including, 1.
 * @returns Undefined when there is no such function, version or alias.
 */
export function chooseVersion(
  store: FunctionStore,
  region: string,
  { name, qualifier }: FunctionAddress,
  random: () => number,
): ChosenVersion | undefined {
  const record = store.find(region, name)
  const alias = record && qualifier !== undefined ? findAlias(record, qualifier) : undefined
  const version = record && findVersion(record, alias ? draw(alias, random) : (qualifier ?? '$LATEST'))
  if (!record || !version) return undefined
  const named = qualifier === '$LATEST' ? undefined : qualifier
  return {
    arn: functionArn({ ...record, accountId: store.accountId, ...(qualifier && { qualifier }) }),
    functionName: name,
    resource: named === undefined ? name : `${name}:${named}`,
    isAlias: alias !== undefined,
    version: version.version,
    origin: localOrigin(version.settings.variables),
    timeoutSeconds: version.settings.timeoutSeconds,
  }
}

function draw({ version, additional }: AliasRecord, random: () => number): string {
  return additional && random() < additional.weight ? additional.version : version
}
