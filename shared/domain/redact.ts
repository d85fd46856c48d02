/** What stands where a secret was. */
export const hidden = '[hidden]'

interface SecretShape {
  readonly pattern: RegExp
  /** What of a match may stay, as in `String.replace`. */
  readonly shown: string
}

/** Secrets that can be told by how they look. Each pattern passes over a text once. */
const shapes: readonly SecretShape[] = [
  // API tokens: the id is no secret, and helps to find who lost it.
  { pattern: /\bsluice_([0-7][0-9a-hjkmnp-tv-z]{25})_[A-Za-z0-9_-]{20,}/g, shown: `sluice_$1_${hidden}` },
  // JSON Web Tokens: `eyJ` is `{"` in base64url.
  { pattern: /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g, shown: hidden },
  // Slack: tokens, and addresses that whoever knows them may post to.
  { pattern: /\bx(?:ox[a-z]|app)-[A-Za-z0-9-]{8,}/g, shown: hidden },
  { pattern: /\bhooks\.slack\.com\/[^\s"'<>]+/g, shown: `hooks.slack.com/${hidden}` },
  // Signatures of Slack (v0), of webhooks (v1), and of AWS.
  { pattern: /\b(v[01]=)[0-9a-f]{32,}/gi, shown: `$1${hidden}` },
  { pattern: /\b(Signature=)[0-9a-f]{32,}/gi, shown: `$1${hidden}` },
  { pattern: /\b(X-Amz-(?:Signature|Security-Token|Credential)=)[^\s&"']+/gi, shown: `$1${hidden}` },
  // A header of any kind of credentials, and a password in an address.
  { pattern: /\b(Bearer|Basic)\s+[A-Za-z0-9+/=_.~-]{8,}/gi, shown: `$1 ${hidden}` },
  { pattern: /(:\/\/)[^/?#\s"'@]{1,512}@/g, shown: `$1${hidden}@` },
]

/**
 * `text` without what looks like a secret. For everything that is written down or shown and that somebody else has worded:
 * reasons, answers, errors. A secret without a shape of its own is not found; that it is not there is up to whoever has it.
 */
export function redact(text: string): string {
  return shapes.reduce((rest, { pattern, shown }) => rest.replace(pattern, shown), text)
}

/** A value as JSON would carry it, with each text in it redacted. */
export function redactJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (_name, part: unknown) => (typeof part === 'string' ? redact(part) : part)))
}
