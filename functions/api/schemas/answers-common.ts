import * as z from 'zod'

export const instant = z.iso.datetime().describe('ISO 8601, UTC.')

export const actor = z
  .strictObject({ kind: z.enum(['local', 'iam', 'oidc', 'token', 'slack', 'system']), name: z.string() })
  .meta({ id: 'Actor' })
