import type { Command } from './access/commands.ts'
import { toCanonicalText } from './canonical-text.ts'
import type { Actor } from './deployment.ts'

export const auditSources = ['rest', 'slack', 'cli', 'schedule'] as const
export type AuditSource = (typeof auditSources)[number]

/** Who gave a command; `unknown` where no door knew them. */
export interface AuditPrincipal {
  readonly kind: Actor['kind'] | 'unknown'
  /** What people call it: the `actor` of events. */
  readonly name: string
  /** What the door has verified: see `identityOf`. */
  readonly identity: string
}

/** One command as it was met: who, what, and why it was allowed or refused. */
export interface AuditRecord {
  readonly at: string
  readonly principal: AuditPrincipal
  readonly source: AuditSource
  /** Also in the log of the function, and in its answer. */
  readonly requestId: string
  readonly command: Command
  readonly service: string | null
  readonly deployment: string | null
  /** Whether it may be done; what became of it is in the events of the deployment. */
  readonly outcome: 'allowed' | 'refused'
  /** Why it was refused, or what the caller gave as a reason. */
  readonly reason: string
  /** What it changes, before and after; null where that is told by the events of a deployment. Any JSON. */
  readonly before: unknown
  readonly after: unknown
}

/** A record in its place: each entry holds the hash of the one before it, so that none can be taken out or changed alone. */
export interface AuditEntry extends AuditRecord {
  /** 1, 2, 3, … without a gap. */
  readonly seq: number
  readonly previousHash: string
  /** SHA-256 of the canonical text of all other members, hexadecimal. */
  readonly hash: string
}

/** An entry by its place and hash: whoever keeps one elsewhere can tell that nothing up to it was changed since. */
export interface ChainHead {
  readonly seq: number
  readonly hash: string
}

/** What the first entry follows. */
export const chainStart: ChainHead = { seq: 0, hash: '0'.repeat(64) }

/** SHA-256 of a text in UTF-8, hexadecimal in lower case. */
export type Sha256 = (text: string) => string

/** `record` as the entry after `previous`, as plain JSON: what is hashed is exactly what can be stored and read back. */
export function sealEntry(record: AuditRecord, previous: ChainHead, sha256: Sha256): AuditEntry {
  const { before, after } = record
  const short = { before: shorten(before, sha256), after: shorten(after, sha256) }
  const text = toCanonicalText({ ...record, ...short, seq: previous.seq + 1, previousHash: previous.hash })
  return { ...(JSON.parse(text) as Omit<AuditEntry, 'hash'>), hash: sha256(text) }
}

/**
 * Bytes in UTF-8, as the store counts. Nothing is so large that it cannot be audited: a refusal to write would be a refusal to
 * act, and a way to be refused without a trace.
 */
const longestValue = 160_000
const utf8 = new TextEncoder()

/** A value that is too long leaves its hash: whoever has the value can prove that it was this one. */
function shorten(value: unknown, sha256: Sha256): unknown {
  const text = toCanonicalText(value ?? null)
  return utf8.encode(text).length <= longestValue ? value : { omittedCharacters: text.length, sha256: sha256(text) }
}

export interface AuditFilter {
  /** Name or identity. */
  readonly principal?: string
  readonly source?: AuditSource
  readonly command?: Command
  readonly service?: string
  readonly deployment?: string
  readonly outcome?: 'allowed' | 'refused'
  /** From this instant on. ISO 8601 in UTC. */
  readonly since?: string
  /** Before this instant. */
  readonly until?: string
}

/** Whether everything holds that `filter` names. */
export function fitsFilter(entry: AuditEntry, { principal, since, until, ...equal }: AuditFilter): boolean {
  const { name, identity } = entry.principal
  const own: Readonly<Record<string, unknown>> = { ...entry }
  return (
    (principal === undefined || name === principal || identity === principal) &&
    (since === undefined || Date.parse(entry.at) >= Date.parse(since)) &&
    (until === undefined || Date.parse(entry.at) < Date.parse(until)) &&
    Object.entries(equal).every(([member, value]) => value === undefined || own[member] === value)
  )
}

/** One line of an export: JSON Lines, one entry each, the newline included. */
export function toJsonLine(entry: AuditEntry): string {
  return `${JSON.stringify(entry)}\n`
}
