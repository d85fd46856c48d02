/** Where an alias points. */
export interface AliasWeight {
  readonly version: string
  /** A second version with its share, fraction 0–1. Absent: all traffic goes to `version`. */
  readonly additional?: { readonly version: string; readonly weight: number }
}

/** The aliases of the local Lambda functions, as CodeDeploy moves them. */
export interface AliasWeights {
  /** @returns Undefined when there is no such function or alias. */
  get(functionName: string, alias: string): Promise<AliasWeight | undefined>
  /** @throws {Error} When there is no such function or alias. */
  set(functionName: string, alias: string, weight: AliasWeight): Promise<void>
}

/** Aliases that nobody invokes: for tests, and where no local Lambda has them. */
export function createMemoryAliasWeights(
  initial: Readonly<Record<string, AliasWeight>> = {},
): AliasWeights & { readonly all: () => Readonly<Record<string, AliasWeight>> } {
  const aliases = new Map(Object.entries(initial))
  return {
    get: async (functionName, alias) => aliases.get(`${functionName}:${alias}`),
    async set(functionName, alias, weight) {
      const key = `${functionName}:${alias}`
      if (!aliases.has(key)) throw new Error(`there is no alias ${key}`)
      aliases.set(key, weight)
    },
    all: () => Object.fromEntries(aliases),
  }
}
