/**
 * What both servers answer: one address of a name in a zone. Ours chooses it by weight, 90/10; bind9 knows no weights and
 * always has the first.
 */
export const measuredZone = 'example.com'
export const measuredName = `app.${measuredZone}`
export const ttlSeconds = 60
export const sides = [
  { address: '192.0.2.90', weight: 90 },
  { address: '192.0.2.10', weight: 10 },
] as const
