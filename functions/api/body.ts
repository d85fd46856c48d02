import type { Context } from 'hono'
import { ValidationError } from '../../shared/domain/errors.ts'
import { deepestJson, isDeeperThan } from './json-depth.ts'
import { RequestRefused } from './problem.ts'

/** Largest body that is read, bytes. A service with 20 routes and 20 gates stays below a tenth of it. */
export const maxBodyBytes = 256 * 1024

/**
 * Reads the body as JSON. No body at all is an empty object: a command without words needs none.
 *
 * The media type is insisted on because a page of another origin can send any other one to a loopback address without
 * the browser asking first.
 *
 * @throws {RequestRefused} If a body has another media type than JSON.
 * @throws {ValidationError} If it is not JSON, or is nested too deep.
 */
export async function readJson(c: Context): Promise<unknown> {
  const body = await c.req.text()
  if (body === '') return {}
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(c.req.header('Content-Type') ?? ''))
    throw new RequestRefused('unsupported-media-type', 'send the body as Content-Type: application/json')
  if (isDeeperThan(body, deepestJson)) {
    const problem = { path: '', message: `must not be nested deeper than ${deepestJson}` }
    throw new ValidationError('the body is nested too deep', [problem], { unparsable: true })
  }
  try {
    return JSON.parse(body)
  } catch (cause) {
    const problem = { path: '', message: cause instanceof Error ? cause.message : 'is not JSON' }
    throw new ValidationError('the body is not JSON', [problem], { cause, unparsable: true })
  }
}
