import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2'
import { checkOneOf } from './check.ts'
import { refuse } from './lookup.ts'
import type { ListenerRecord } from './records.ts'

const contentTypes = ['text/plain', 'text/css', 'text/html', 'application/javascript', 'application/json']

/** @throws {AwsError} `ValidationError` @see API reference, FixedResponseActionConfig */
export function checkFixedResponse(action: Action): Action {
  const { StatusCode: status = '', ContentType: contentType, MessageBody: body } = action.FixedResponseConfig ?? {}
  if (!/^[245]\d\d$/.test(status)) refuse('ValidationError', `The status code '${status}' must be 2XX, 4XX or 5XX`)
  if (contentType !== undefined) checkOneOf('ContentType', contentType, contentTypes)
  if (body !== undefined && body.length > 1024) refuse('ValidationError', 'MessageBody can be at most 1024 characters')
  return action
}

/**
 * Fills in what a redirect keeps from the request.
 * @throws {AwsError} `ValidationError`, or `InvalidLoadBalancerAction` when the redirect would lead to itself.
 * @see API reference, RedirectActionConfig
 */
export function normalizeRedirect(action: Action, listenerProtocol: ListenerRecord['protocol']): Action {
  const given = action.RedirectConfig
  const config = {
    Protocol: given?.Protocol ?? '#{protocol}',
    Host: given?.Host ?? '#{host}',
    Port: given?.Port ?? '#{port}',
    Path: given?.Path ?? '/#{path}',
    Query: given?.Query ?? '#{query}',
    StatusCode: checkOneOf('StatusCode', given?.StatusCode ?? '', ['HTTP_301', 'HTTP_302'] as const),
  }
  checkOneOf('Protocol', config.Protocol, ['HTTP', 'HTTPS', '#{protocol}'])
  const isPort = /^\d{1,5}$/.test(config.Port) && Number(config.Port) >= 1 && Number(config.Port) <= 65_535
  if (config.Port !== '#{port}' && !isPort)
    refuse('ValidationError', `The port '${config.Port}' must be 1-65535 or #{port}`)
  if (!config.Path.startsWith('/')) refuse('ValidationError', `The path '${config.Path}' must start with '/'`)
  if (listenerProtocol === 'HTTPS' && config.Protocol === 'HTTP') {
    refuse('InvalidLoadBalancerAction', 'You cannot redirect HTTPS to HTTP')
  }
  const isSame =
    (config.Protocol === '#{protocol}' || config.Protocol === listenerProtocol) &&
    config.Host === '#{host}' &&
    config.Port === '#{port}' &&
    config.Path === '/#{path}'
  if (isSame) refuse('InvalidLoadBalancerAction', 'The redirect configuration is not valid because it creates a loop')
  return { ...action, RedirectConfig: config }
}
