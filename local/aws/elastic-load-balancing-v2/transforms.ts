import type { RuleTransform } from '@aws-sdk/client-elastic-load-balancing-v2'
import { checkOneOf } from './check.ts'
import { refuse } from './lookup.ts'

const configOf = { 'host-header-rewrite': 'HostHeaderRewriteConfig', 'url-rewrite': 'UrlRewriteConfig' } as const

/**
 * Checks a rule's transforms. They are kept and shown, but the local data plane rewrites nothing.
 *
 * @throws {AwsError} `ValidationError`
 * @see API reference, RuleTransform: one host header rewrite and one URL rewrite
 */
export function checkTransforms(transforms: readonly RuleTransform[]): RuleTransform[] {
  const types = transforms.map((transform) => {
    const type = checkOneOf('Transform type', transform.Type ?? '', ['host-header-rewrite', 'url-rewrite'] as const)
    const rewrites = transform[configOf[type]]?.Rewrites ?? []
    if (rewrites.length !== 1) refuse('ValidationError', `${configOf[type]} must have exactly one rewrite`)
    return type
  })
  if (new Set(types).size < types.length) refuse('ValidationError', 'A rule can have one transform of each type')
  return [...transforms]
}
