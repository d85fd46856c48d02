import type { IncomingMessage } from 'node:http'

/** What an Invoke call names. */
export interface FunctionAddress {
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
  return { name: address.name, ...(qualifier && { qualifier }) }
}

/**
 * Reads the three spellings that Invoke takes, each with an optional `:qualifier`: name (`roll-back`), partial ARN
 * (`000000000000:function:roll-back`) and ARN (`arn:aws:lambda:eu-west-1:000000000000:function:roll-back`).
 */
export function parseFunctionName(text: string): FunctionAddress {
  const [name = '', qualifier] = text.replace(/^(arn:aws:lambda:[a-z0-9-]+:)?(\d{12}:)?function:/, '').split(':')
  return { name, ...(qualifier && { qualifier }) }
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded)
  } catch {
    // A stray % is part of no function's name: it ends as ResourceNotFoundException.
    return encoded
  }
}
