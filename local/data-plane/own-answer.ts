import { STATUS_CODES } from 'node:http'

/** An answer that comes from the load balancer itself. */
export interface OwnAnswer {
  readonly status: number
  readonly statusText: string
  readonly contentType: string | undefined
  readonly body: string
  readonly location?: string
}

const statusTexts: Readonly<Record<number, string>> = {
  // Words that differ from node's: what clients of the real thing see and match on.
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
  302: 'Found',
  463: 'Too Many X-Forwarded-For Addresses',
}

/** The short page an Application Load Balancer sends for its own errors and redirects. */
export function buildErrorAnswer(status: number): OwnAnswer {
  const statusText = statusTexts[status] ?? STATUS_CODES[status] ?? 'Error'
  const title = `${status} ${statusText}`
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`
  return { status, statusText, contentType: 'text/html', body }
}

/** The answer as header pairs for `ServerResponse.writeHead`, besides Connection and Date. */
export function toAnswerHeaders(answer: OwnAnswer): string[] {
  const headers = ['Server', 'awselb/2.0']
  if (answer.contentType !== undefined) headers.push('Content-Type', answer.contentType)
  if (answer.location !== undefined) headers.push('Location', answer.location)
  headers.push('Content-Length', String(Buffer.byteLength(answer.body)))
  return headers
}
