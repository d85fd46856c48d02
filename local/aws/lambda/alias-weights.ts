import type { AliasWeights } from '../codedeploy/alias-weights.ts'
import { updateAlias } from './alias-operations.ts'
import { type FunctionStore, findAlias } from './store.ts'

/**
 * The aliases of one Region, as CodeDeploy moves them.
 *
 * @param save - Makes a change outlive the process. CodeDeploy goes on only when that is done.
 */
export function createAliasWeights(store: FunctionStore, region: string, save: () => Promise<void>): AliasWeights {
  function find(functionName: string, name: string) {
    const record = store.find(region, functionName)
    const alias = record && findAlias(record, name)
    return record && alias ? { record, alias } : undefined
  }
  return {
    async get(functionName, name) {
      const found = find(functionName, name)
      if (!found) return undefined
      const { version, additional } = found.alias
      return { version, ...(additional && { additional }) }
    },
    async set(functionName, name, { version, additional }) {
      const found = find(functionName, name)
      if (!found) throw new Error(`there is no alias ${functionName}:${name}`)
      updateAlias({ store }, found.record, found.alias, {
        FunctionVersion: version,
        RoutingConfig: { AdditionalVersionWeights: additional ? { [additional.version]: additional.weight } : {} },
      })
      await save()
    },
  }
}
