/** What listener rules may look at. Header values and addresses as received, nothing decoded. */
export interface RequestFacts {
  readonly method: string
  /** Without the query, as sent. */
  readonly path: string
  /** After the `?`, as sent; empty when there is none. */
  readonly query: string
  /** Host header without the port, lower case. */
  readonly host: string
  /** Every value of the header; `name` in lower case. */
  header(name: string): readonly string[]
  /** Of the connection, not of X-Forwarded-For. */
  readonly sourceAddress: string
}

/** The parts of node's IncomingMessage that the facts come from. */
export interface RawRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly rawHeaders: readonly string[]
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** Reads the facts of a request. Parts are taken apart when a rule first asks. */
export function readRequestFacts(request: RawRequest): RequestFacts {
  return new LazyFacts(request)
}

class LazyFacts implements RequestFacts {
  readonly #request: RawRequest
  readonly #url: string
  readonly #queryAt: number

  constructor(request: RawRequest) {
    this.#request = request
    this.#url = toOriginForm(request.url ?? '/')
    this.#queryAt = this.#url.indexOf('?')
  }
  get method() {
    return this.#request.method ?? 'GET'
  }
  get path() {
    return this.#queryAt < 0 ? this.#url : this.#url.slice(0, this.#queryAt)
  }
  get query() {
    return this.#queryAt < 0 ? '' : this.#url.slice(this.#queryAt + 1)
  }
  get host() {
    return stripPort(this.header('host')[0] ?? '').toLowerCase()
  }
  get sourceAddress() {
    return (this.#request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
  }
  header(name: string) {
    const values: string[] = []
    const raw = this.#request.rawHeaders
    for (let at = 0; at + 1 < raw.length; at += 2) {
      const key = raw[at] ?? ''
      if (key.length === name.length && key.toLowerCase() === name) values.push(raw[at + 1] ?? '')
    }
    return values
  }
}

/** `http://host/path` (a request sent as to a forward proxy) → `/path`. */
export function toOriginForm(url: string): string {
  if (url.charCodeAt(0) === 0x2f) return url
  const match = /^https?:\/\/[^/?#]*([^#]*)/i.exec(url)
  const rest = match?.[1] ?? url
  return match && !rest.startsWith('/') ? `/${rest}` : rest
}

/** `example.com:8080` → `example.com`, `[::1]:80` → `[::1]`. */
export function stripPort(host: string): string {
  return host.replace(/:\d*$/, '')
}
