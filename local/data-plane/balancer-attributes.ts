import type { XffMode } from './request-headers.ts'

/** The attributes of a load balancer that the data plane acts on. */
export interface BalancerAttributes {
  /** Real milliseconds without a byte before an exchange is given up, and that a client connection may be idle; default 60 s. */
  readonly idleTimeoutMs: number
  /** Default `append`. */
  readonly xffMode: XffMode
}

/** @throws {RangeError} If a value is out of its range, 1–4000 s for the idle timeout. Names the attribute. */
export function parseBalancerAttributes(attributes: Readonly<Record<string, string>>): BalancerAttributes {
  const idleText = attributes['idle_timeout.timeout_seconds'] ?? '60'
  const idleSeconds = Number(idleText)
  if (!(idleSeconds >= 1 && idleSeconds <= 4000)) {
    throw new RangeError(`load balancer attribute idle_timeout.timeout_seconds: ${idleText} is not from 1 to 4000`)
  }
  return {
    idleTimeoutMs: idleSeconds * 1000,
    xffMode: parseXffMode(attributes['routing.http.xff_header_processing.mode']),
  }
}

function parseXffMode(text: string | undefined): XffMode {
  switch (text) {
    case undefined:
    case 'append':
      return 'append'
    case 'preserve':
    case 'remove':
      return text
    default:
      throw new RangeError(`load balancer attribute routing.http.xff_header_processing.mode: ${text} is not known`)
  }
}
