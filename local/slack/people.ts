import { z } from 'zod'

/** Who types and clicks here, unless the caller says otherwise. Ids are what the policy knows. */
export const defaultPlace = {
  team: 'T0LOCALTEAM',
  user: 'U0LOCALUSER',
  channel: 'C0LOCALCHAN',
} as const

/** Somebody else, who may decide about what the first one started. */
export const secondUser = 'U0LOCALSECOND'

const id = z.string().regex(/^[A-Z][A-Z0-9]{1,30}$/, 'must be an id as Slack has them: capitals and digits')

export const place = z.object({
  team: id.default(defaultPlace.team),
  user: id.default(defaultPlace.user),
  channel: id.default(defaultPlace.channel),
})

export type Place = z.infer<typeof place>
