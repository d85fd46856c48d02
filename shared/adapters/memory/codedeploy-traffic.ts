import type { CodeDeployRevision } from '../../domain/codedeploy-revision.ts'
import { NotFoundError, UpstreamError } from '../../domain/errors.ts'
import type { AliasTarget } from '../../domain/route-facts.ts'
import { type AlbRoute, resourceOf } from '../../domain/service.ts'
import { otherSlot, type Slot } from '../../domain/traffic.ts'
import { groupStickinessOf, toRouteState } from '../alb/forward-action.ts'
import type { MemoryError } from './codedeploy-course.ts'
import { type MemoryRouting, toWeights } from './routing.ts'

/** The aliases of the memory cloud's functions. */
export interface MemoryAliases {
  aliasOf(functionName: string, alias: string): AliasTarget | null
  /** As somebody else would: not one of our writes. */
  setAlias(functionName: string, alias: string, target: AliasTarget): void
}

/** What one deployment moves, and which way. */
export type MemoryMove =
  | { readonly kind: 'alb'; readonly route: AlbRoute; readonly to: Slot }
  | {
      readonly kind: 'alias'
      readonly functionName: string
      readonly alias: string
      readonly from: string
      readonly to: string
    }

/** Moves the traffic of the memory cloud as CodeDeploy does: beside Sluice, so none of it counts as our writes. */
export interface MemoryTraffic {
  /** Which of an ECS group's two target groups gets the new version: the one that has less traffic. */
  moveOf(route: AlbRoute): MemoryMove | MemoryError
  /** What an AppSpec says of an alias, where that is so. */
  aliasMoveOf(revision: CodeDeployRevision | null): MemoryMove | MemoryError
  /** @throws {NotFoundError} If there is no such rule, listener or alias. */
  set(move: MemoryMove, percent: number): void
}

export function createMemoryTraffic(routing: MemoryRouting, aliases: MemoryAliases): MemoryTraffic {
  return {
    moveOf(route) {
      const resource = resourceOf(route)
      const weights = routing.has(resource) ? toWeights(routing.actions(resource)) : {}
      const [blue = 0, green = 0] = [weights[route.blue], weights[route.green]]
      if (blue + green === 0)
        return { code: 'ELASTIC_LOAD_BALANCING_INVALID', message: 'No target group is behind the listener.' }
      return { kind: 'alb', route, to: green > blue ? 'blue' : 'green' }
    },
    aliasMoveOf(revision) {
      const move = aliasMoveIn(revision)
      if (!move) return { code: 'INVALID_REVISION', message: 'The AppSpec names no function.' }
      const { functionName, alias, from } = move
      const found = aliases.aliasOf(functionName, alias)
      if (!found) return { code: 'INVALID_LAMBDA_FUNCTION', message: `There is no alias ${functionName}:${alias}.` }
      if (found.version === from && !found.additional) return move
      const message = `The alias ${functionName}:${alias} does not point to the current version ${from} alone.`
      return { code: 'INVALID_LAMBDA_CONFIGURATION', message }
    },
    set(move, percent) {
      if (move.kind === 'alb') setWeights(routing, move, percent)
      else aliases.setAlias(move.functionName, move.alias, toAliasTarget(move, percent))
    },
  }
}

/** The way back. */
export function reversed(move: MemoryMove): MemoryMove {
  return move.kind === 'alb' ? { ...move, to: otherSlot(move.to) } : { ...move, from: move.to, to: move.from }
}

function setWeights(routing: MemoryRouting, { route, to }: Extract<MemoryMove, { kind: 'alb' }>, percent: number) {
  const resource = resourceOf(route)
  const actions = routing.actions(resource)
  const stickySeconds = groupStickinessOf(toRouteState(actions, route, resource))
  routing.set(resource, {
    weights: { [route[otherSlot(to)]]: 100 - percent, [route[to]]: percent },
    before: actions.filter(({ Type }) => Type !== 'forward'),
    ...(stickySeconds !== null && { stickySeconds }),
  })
}

function toAliasTarget({ from, to }: Extract<MemoryMove, { kind: 'alias' }>, percent: number): AliasTarget {
  if (percent === 100) return { version: to, additional: null }
  return { version: from, additional: percent === 0 ? null : { version: to, weight: percent / 100 } }
}

/** Members go by any spelling: the user guide writes `CurrentVersion`, older ones `currentversion`. */
function aliasMoveIn(revision: CodeDeployRevision | null): Extract<MemoryMove, { kind: 'alias' }> | null {
  if (revision?.type !== 'app-spec') return null
  const [resource] = asList(member(revision.appSpec, 'resources'))
  const [target] = Object.values(typeof resource === 'object' && resource !== null ? resource : {})
  const properties = member(target, 'properties')
  const [functionName, alias, from, to] = ['name', 'alias', 'currentversion', 'targetversion'].map((name) => {
    const value = member(properties, name)
    return value === undefined ? undefined : String(value)
  })
  return functionName && alias && from && to ? { kind: 'alias', functionName, alias, from, to } : null
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key.toLowerCase() === name)?.[1]
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** An error of CodeDeploy for what `call` threw; whatever else it throws stays one. */
export function failureOf(call: () => void): MemoryError | null {
  try {
    call()
    return null
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof UpstreamError)
      return { code: 'ELASTIC_LOAD_BALANCING_INVALID', message: error.message }
    throw error
  }
}
