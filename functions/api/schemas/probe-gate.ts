import * as z from 'zod'
import { parseJsonPath } from '../../../shared/domain/gates/expectation.ts'
import { httpUrl, seconds } from './common.ts'
import { gateCommon } from './gate-common.ts'

const statusRanges = z
  .string()
  .regex(
    /^[1-5]\d\d(-[1-5]\d\d)?(,[1-5]\d\d(-[1-5]\d\d)?)*$/,
    'must be codes and ranges, such as 200, 200-299 or 200,204',
  )
  .refine(
    (ranges) => ranges.split(',').every((range) => range.slice(0, 3) <= range.slice(-3)),
    'must not have a range that ends before it begins',
  )

/** Of one connection, not of the request: set by others, they would say something untrue of what is sent. */
const connectionHeaders =
  /^(connection|content-length|expect|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i
const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^`|~\w-]{1,100}$/, 'must be the name of an HTTP header')
  .refine((name) => !connectionHeaders.test(name), 'must not be a header of the connection')
const headerValue = z.string().regex(/^[\t\x20-\x7e]{0,1000}$/, 'must be printable ASCII, at most 1000 characters')

function isJsonPath(path: string): boolean {
  try {
    parseJsonPath(path)
    return true
  } catch {
    return false
  }
}

const expectBody = z
  .union([
    z.strictObject({ text: z.string().min(1).max(1000) }),
    z.strictObject({
      path: z.string().max(200).refine(isJsonPath, 'must be a JSON path such as $.status or $.checks[0].ok'),
      value: z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]),
    }),
  ])
  .describe('Text that the body contains, or a JSON path and the value found there.')

export const probeGate = z
  .strictObject({
    ...gateCommon('probe'),
    url: httpUrl.describe('`{side}` becomes `blue` or `green`.'),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT']).default('GET'),
    headers: z.record(headerName, headerValue).default({}),
    expectStatus: statusRanges.default('200-299'),
    expectBody: z.exactOptional(expectBody),
    timeoutSeconds: seconds(60, 1).default(5).describe('For one answer. Real seconds.'),
    failures: z.int().min(1).max(100).default(3).describe('Bad answers in a row until it fails.'),
    successes: z.int().min(1).max(100).default(2).describe('Good answers in a row until it passes.'),
    when: z
      .enum(['before', 'during', 'both'])
      .default('both')
      .describe('Before the first shift, during steps, or both.'),
  })
  .describe('An HTTP request to the canary.')
