import { composeHook, type HookOverrides } from '../../shared/compose-hook.ts'
import { readList } from '../../shared/config.ts'
import { ConfigError } from '../../shared/domain/errors.ts'
import { messageOf } from '../../shared/domain/message-of.ts'
import { createHook, type HookHandler } from './create-hook.ts'
import { type Environment, loadHookConfig } from './hook-env.ts'

/**
 * The hook that the environment describes. One that cannot be read makes a hook that fails every deployment, and says why
 * in the log: a function that does not even start would leave CodeDeploy waiting for an hour.
 *
 * @throws {ConfigError} If there is no `AWS_REGION`, which Lambda always sets: then there is nobody to answer to.
 */
export function createHookOf(env: Environment, overrides: HookOverrides = {}): HookHandler {
  if (!env.AWS_REGION) throw new ConfigError('AWS_REGION is not set; expected a Region such as eu-west-1')
  try {
    const { watched, settings } = loadHookConfig(env)
    const outboundAllow = readList(env.SLUICE_OUTBOUND_ALLOW)
    return createHook(composeHook(env.AWS_REGION, { outboundAllow, ...overrides }), watched, settings)
  } catch (error) {
    const deps = composeHook(env.AWS_REGION, overrides)
    const reason = messageOf(error)
    deps.logger.error('hook-not-configured', { error })
    return createHook(deps, { judge: async () => ({ outcome: 'fail', reason, evidence: {} }) })
  }
}

let hook: HookHandler | undefined

export const handler: HookHandler = (event, context) => {
  hook ??= createHookOf(process.env)
  return hook(event, context)
}
