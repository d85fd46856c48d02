import * as z from 'zod'

/** One change of an item of the table, as DynamoDB's stream tells of it: its keys only. */
const aRecord = z.looseObject({
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  dynamodb: z.looseObject({
    SequenceNumber: z.string().min(1),
    Keys: z.looseObject({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) }),
  }),
})
export const aStreamEvent = z.looseObject({ Records: z.array(aRecord).max(10_000) })

/** What people are to be shown or told because of a change. */
export type News =
  | { readonly kind: 'deployment'; readonly deployment: string }
  | { readonly kind: 'alert'; readonly deployment: string; readonly alert: string }

/** Null where a change is no news: what else is in the table, and what was taken out of it. */
export function toNews({ eventName, dynamodb }: z.output<typeof aRecord>): News | null {
  const [, deployment] = /^DEPLOYMENT#(.+)$/.exec(dynamodb.Keys.pk.S) ?? []
  if (deployment === undefined || eventName === 'REMOVE') return null
  const [, alert] = /^ALERT#(.+)$/.exec(dynamodb.Keys.sk.S) ?? []
  if (alert !== undefined) return { kind: 'alert', deployment, alert }
  return dynamodb.Keys.sk.S === 'RECORD' ? { kind: 'deployment', deployment } : null
}
