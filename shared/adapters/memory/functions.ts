import { NotFoundError, TransientError, UpstreamError } from '../../domain/errors.ts'
import type { AliasTarget } from '../../domain/route-facts.ts'
import { type LambdaAliasRoute, resourceOf } from '../../domain/service.ts'
import type { KindAdapters } from '../by-route-kind.ts'
import { toAliasFacts } from '../lambda/alias-facts.ts'
import { aliasTargetOf, revisionOf, toAliasState, toAliasTargetState } from '../lambda/alias-state.ts'
import { copyOf } from './copy.ts'
import type { RunCall } from './faults.ts'

/** A write of ours that took effect. */
export interface AliasWrite {
  readonly functionName: string
  readonly alias: string
  readonly before: AliasTarget
  readonly after: AliasTarget
}

/** Lambda functions with versions and aliases; enforces what AWS enforces on a change of an alias. */
export interface MemoryFunctions {
  readonly routerFor: KindAdapters['lambdaAlias']['routerFor']
  readonly inspector: KindAdapters['lambdaAlias']['inspector']
  /** Puts a function there, or publishes more versions of it. */
  addFunction(name: string, wish: { readonly versions: readonly string[] }): void
  removeFunction(name: string): void
  /** Creates an alias, or changes it as somebody else would: not one of our writes. @throws {NotFoundError} Unknown function. */
  setAlias(functionName: string, alias: string, target: AliasTarget): void
  removeAlias(functionName: string, alias: string): void
  aliasOf(functionName: string, alias: string): AliasTarget | null
  /** In their order. */
  readonly writes: readonly AliasWrite[]
}

interface MemoryAlias {
  readonly target: AliasTarget
  /** Moves with every change. */
  readonly revision: number
}

interface MemoryFunction {
  readonly versions: ReadonlySet<string>
  readonly aliases: Map<string, MemoryAlias>
}

export function createMemoryFunctions(run: RunCall): MemoryFunctions {
  const functions = new Map<string, MemoryFunction>()
  const writes: AliasWrite[] = []

  function find({ functionName, alias }: Pick<LambdaAliasRoute, 'functionName' | 'alias'>): MemoryAlias {
    const found = functions.get(functionName)?.aliases.get(alias)
    if (!found) throw new NotFoundError(`ResourceNotFoundException: there is no ${functionName}:${alias}`)
    return found
  }

  function put(functionName: string, alias: string, target: AliasTarget): void {
    const its = functions.get(functionName)
    if (!its) throw new NotFoundError(`ResourceNotFoundException: there is no function ${functionName}`)
    const revision = (its.aliases.get(alias)?.revision ?? 0) + 1
    its.aliases.set(alias, { target: copyOf(target), revision })
  }

  function write({ functionName, alias }: LambdaAliasRoute, next: AliasTarget, revisionId: string): void {
    const before = find({ functionName, alias })
    if (revisionId !== String(before.revision)) {
      const message = `PreconditionFailedException: ${functionName}:${alias} is at another revision`
      throw new TransientError(message, { refused: true })
    }
    const refusal = refusalOf(next, functions.get(functionName)?.versions ?? new Set())
    if (refusal) throw new UpstreamError(`InvalidParameterValueException: ${refusal}`)
    put(functionName, alias, next)
    writes.push({ functionName, alias, before: before.target, after: copyOf(next) })
  }

  return {
    writes,
    addFunction(name, { versions }) {
      const known = functions.get(name)
      const aliases = known?.aliases ?? new Map<string, MemoryAlias>()
      functions.set(name, { versions: new Set([...(known?.versions ?? []), ...versions]), aliases })
    },
    removeFunction: (name) => void functions.delete(name),
    setAlias: put,
    removeAlias: (functionName, alias) => void functions.get(functionName)?.aliases.delete(alias),
    aliasOf: (functionName, alias) => copyOf(functions.get(functionName)?.aliases.get(alias)?.target ?? null),
    routerFor(route) {
      const subject = resourceOf(route)
      return {
        read: () =>
          run({ action: 'router.read', subject }, () => {
            const { target, revision } = find(route)
            return toAliasState(target, route, String(revision))
          }),
        target: (seen, wish) => toAliasTargetState(seen, wish, route),
        write: (seen, target) =>
          run({ action: 'router.write', subject }, () => write(route, aliasTargetOf(target), revisionOf(seen))),
      }
    },
    inspector: {
      inspect: (route) =>
        run({ action: 'inspector.inspect', subject: resourceOf(route) }, () => {
          const its = functions.get(route.functionName)
          const alias = its?.aliases.get(route.alias)
          return toAliasFacts({
            route,
            alias: alias ? { ...copyOf(alias.target), revisionId: String(alias.revision) } : null,
            versions: its ? [...its.versions] : null,
            notLookedAt: [],
          })
        }),
    },
  }
}

/** @see Lambda API reference, UpdateAlias and AliasRoutingConfiguration */
function refusalOf({ version, additional }: AliasTarget, published: ReadonlySet<string>): string | null {
  if (version === '$LATEST') return additional === null ? null : '$LATEST takes no additional version'
  if (!published.has(version)) return `version ${version} is not published`
  if (additional === null) return null
  if (!published.has(additional.version)) return `version ${additional.version} is not published`
  if (additional.version === version) return `version ${version} is named twice`
  return additional.weight > 0 && additional.weight <= 1 ? null : `a weight is above 0 and at most 1`
}
