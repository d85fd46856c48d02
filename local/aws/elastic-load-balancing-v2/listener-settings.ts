import type { Action, CreateListenerInput, ModifyListenerInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { normalizeActions } from './actions.ts'
import { checkInteger, checkOneOf } from './check.ts'
import { refuse } from './lookup.ts'
import type { ListenerRecord } from './records.ts'

type Settings = Omit<ListenerRecord, 'arn' | 'loadBalancerArn'>

interface ListenerSettings {
  readonly settings: Settings
  readonly actions: readonly Action[]
}

/** Policy that AWS gives a listener that names none. @see ELB user guide, security policies */
const defaultSslPolicy = 'ELBSecurityPolicy-2016-08'

/**
 * Settings and default actions of a new listener. An HTTPS listener takes any certificate, and speaks plain HTTP on its
 * port: the certificate's key is in AWS, not here.
 *
 * @throws {AwsError} `ValidationError`, `CertificateNotFound`
 */
export function buildListener(input: CreateListenerInput): ListenerSettings {
  if (input.Protocol === undefined) return refuse('ValidationError', 'A listener protocol must be specified')
  if (input.Port === undefined) return refuse('ValidationError', 'A listener port must be specified')
  const settings = checkSettings({
    port: checkInteger('Port', input.Port, [1, 65_535]),
    protocol: checkOneOf('Protocol', input.Protocol, ['HTTP', 'HTTPS'] as const),
    certificates: input.Certificates ?? [],
    sslPolicy: input.SslPolicy,
    alpnPolicy: input.AlpnPolicy,
    mutualAuthentication: input.MutualAuthentication,
  })
  return { settings, actions: normalizeActions(input.DefaultActions, settings.protocol, []) }
}

/** A listener with some settings changed; those not given stay, but a change to HTTP drops what only HTTPS has. */
export function changeListener(
  current: ListenerRecord,
  currentActions: readonly Action[],
  input: ModifyListenerInput,
): ListenerSettings {
  const protocol = checkOneOf('Protocol', input.Protocol ?? current.protocol, ['HTTP', 'HTTPS'] as const)
  const kept: Partial<Settings> = protocol === 'HTTPS' ? current : {}
  const settings = checkSettings({
    port: checkInteger('Port', input.Port ?? current.port, [1, 65_535]),
    protocol,
    certificates: input.Certificates ?? kept.certificates ?? [],
    sslPolicy: input.SslPolicy ?? kept.sslPolicy,
    alpnPolicy: input.AlpnPolicy ?? kept.alpnPolicy,
    mutualAuthentication: input.MutualAuthentication ?? kept.mutualAuthentication,
  })
  const actions = input.DefaultActions
    ? normalizeActions(input.DefaultActions, protocol, currentActions)
    : currentActions
  const needsHttps = actions.find(({ Type }) => Type?.startsWith('authenticate-') || Type === 'jwt-validation')
  if (protocol === 'HTTP' && needsHttps) {
    refuse('InvalidLoadBalancerAction', `Actions of type '${needsHttps.Type}' are supported only on HTTPS listeners`)
  }
  return { settings, actions }
}

function checkSettings(settings: Settings): Settings {
  if (settings.protocol === 'HTTPS') {
    if (settings.certificates.length !== 1 || !settings.certificates[0]?.CertificateArn) {
      refuse('ValidationError', 'Exactly one certificate must be specified for HTTPS listeners')
    }
    return { ...settings, sslPolicy: settings.sslPolicy ?? defaultSslPolicy }
  }
  if (settings.certificates.length > 0) refuse('ValidationError', 'Certificates cannot be specified for HTTP listeners')
  if (settings.sslPolicy !== undefined) refuse('ValidationError', 'SslPolicy cannot be specified for HTTP listeners')
  if (settings.alpnPolicy?.length) refuse('ValidationError', 'AlpnPolicy cannot be specified for HTTP listeners')
  return settings
}
