import { type AuditEntry, type ChainHead, chainStart, type Sha256 } from './audit.ts'
import { toCanonicalText } from './canonical-text.ts'

/** `head` is the last entry that was looked at. `seq` is the first entry that is missing or was changed. */
export type ChainCheck =
  | { readonly intact: true; readonly head: ChainHead }
  | { readonly intact: false; readonly seq: number; readonly reason: string }

export interface ChainCheckOptions {
  readonly sha256: Sha256
  /** The entry before the first one. Default: the first is entry 1. */
  readonly after?: ChainHead
  /**
   * An entry that was seen earlier and kept elsewhere. Without one, nobody can tell a chain from a shorter one, or from one
   * that was made anew as a whole.
   */
  readonly anchor?: ChainHead
}

/** Whether `entries`, the oldest first, are the whole chain after `after` as it was written. */
export function verifyChain(entries: Iterable<AuditEntry>, options: ChainCheckOptions): ChainCheck {
  const { sha256, after = chainStart, anchor } = options
  let head = after
  for (const entry of entries) {
    const broken = whyBroken(entry, { head, sha256, anchor })
    if (broken) return broken
    head = { seq: entry.seq, hash: entry.hash }
  }
  return { intact: true, head }
}

/** What `verifyChain` cannot see before all entries are there: that the last ones are missing. */
export function verifyEnd(head: ChainHead, anchor: ChainHead): ChainCheck {
  if (head.seq < anchor.seq) return broken(head.seq + 1, `entry ${head.seq + 1} is missing: there were ${anchor.seq}`)
  return { intact: true, head }
}

interface Link {
  readonly head: ChainHead
  readonly sha256: Sha256
  readonly anchor: ChainHead | undefined
}

function whyBroken(entry: AuditEntry, { head, sha256, anchor }: Link): ChainCheck | null {
  const { hash, ...hashed } = entry
  const { seq, previousHash } = entry
  const next = head.seq + 1
  if (seq > next) return broken(next, `entry ${next} is missing: ${seq} follows ${head.seq}`)
  if (seq !== next) return broken(next, `entry ${next} is missing: entry ${seq} is in its place`)
  if (sha256(toCanonicalText(hashed)) !== hash) return broken(seq, `entry ${seq} was changed: its hash is another`)
  // Its own hash holds, so it stands as it was written, after an entry that is no longer there.
  if (previousHash !== head.hash && head.seq > 0)
    return broken(head.seq, `entry ${head.seq} was changed: entry ${seq} was written after another one`)
  if (previousHash !== head.hash) return broken(seq, `entry ${seq} was changed: it does not begin the chain`)
  if (anchor && seq === anchor.seq && hash !== anchor.hash)
    return broken(seq, `entry ${seq} was changed, or one before it: its hash was ${anchor.hash}`)
  return null
}

const broken = (seq: number, reason: string): ChainCheck => ({ intact: false, seq, reason })
