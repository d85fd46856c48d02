import type { Context } from 'hono'

const loopbackNames = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** A page of another origin, or a name of its own for this machine, must not type commands here. */
export async function refuseOtherOrigins(c: Context, next: () => Promise<void>) {
  const { host, hostname } = new URL(c.req.url)
  const origin = c.req.header('Origin')
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
  if (!isOwn || !loopbackNames.test(hostname))
    return c.json({ error: 'call it from this machine, by its own page' }, 403)
  await next()
}

/** JSON only: a page of another origin cannot send that without asking first. Null for anything else. */
export async function readJson(c: Context): Promise<unknown> {
  if (!(c.req.header('Content-Type') ?? '').startsWith('application/json')) return null
  return c.req.json().catch(() => null)
}
