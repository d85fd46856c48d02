import type { IncomingMessage } from 'node:http'

/** What a call names. */
export interface FunctionAddress {
  /** Where the name is an ARN. */
  readonly region?: string
  readonly name: string
  /** `$LATEST`, a version number or an alias. Undefined: `$LATEST`. */
  readonly qualifier?: string
}

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/

/** The function that a request wants to invoke; undefined when it is no Invoke request. */
export function addressOf(request: IncomingMessage): FunctionAddress | undefined {
  if (request.method !== 'POST') return undefined
  const [path = '', query = ''] = (request.url ?? '').split('?')
  const encoded = INVOCATIONS.exec(path)?.[1]
  if (encoded === undefined) return undefined
  const address = parseFunctionName(decode(encoded))
  const qualifier = new URLSearchParams(query).get('Qualifier') ?? address.qualifier
  return { ...address, ...(qualifier && { qualifier }) }
}

/**
 * Reads the three spellings that calls take, each with an optional `:qualifier`: name (`roll-back`), partial ARN
 * (`000000000000:function:roll-back`) and ARN (`arn:aws:lambda:eu-west-1:000000000000:function:roll-back`).
 */
export function parseFunctionName(text: string): FunctionAddress {
  const region = /^arn:aws:lambda:([a-z0-9-]+):/.exec(text)?.[1]
  const [name = '', qualifier] = text.replace(/^(arn:aws:lambda:[a-z0-9-]+:)?(\d{12}:)?function:/, '').split(':')
  return { ...(region && { region }), name, ...(qualifier && { qualifier }) }
}

/** ARN of a function; with a qualifier, of its version or alias. */
export function functionArn(parts: {
  readonly region: string
  readonly accountId: string
  readonly name: string
  readonly qualifier?: string
}): string {
  const { region, accountId, name, qualifier } = parts
  return `arn:aws:lambda:${region}:${accountId}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    // A stray % is part of no function's name: it ends as ResourceNotFoundException.
    return encoded
  }
}
