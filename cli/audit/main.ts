import type { AuditEntry, AuditFilter, ChainHead } from '../../shared/domain/audit.ts'
import { toJsonLine } from '../../shared/domain/audit.ts'
import type { ChainCheck } from '../../shared/domain/audit-chain.ts'
import { ValidationError } from '../../shared/domain/errors.ts'
import { readAudit } from '../../shared/use-cases/audit/export-audit.ts'
import { verifyEntries } from '../../shared/use-cases/audit/verify-audit.ts'
import { apiOf } from '../api.ts'
import { readOptions, runCommand, say } from '../command.ts'
import { toPrintable } from '../judge/printable.ts'
import { createApiAudit } from './api-audit.ts'
import { readExport } from './file-audit.ts'

/** How `sluice audit verify` ends, for scripts, where it came to an answer. */
const exitCodes = {
  /** Every entry is there as it was written. */
  intact: 0,
  /** An entry is missing or was changed; the first one is named. */
  broken: 1,
} as const

const auditUsage = `sluice audit: what was commanded, by whom, allowed or refused

  sluice audit export [--principal P] [--source S] [--command C] [--service S] [--deployment ID]
                      [--outcome allowed|refused] [--since INSTANT] [--until INSTANT]
  sluice audit verify [--anchor SEQ:HASH] [--file FILE]

"export" prints JSON Lines, the oldest entry first. Without a filter, whoever has them can verify the chain.
"verify" names the first entry that is missing or was changed, and the newest one as SEQ:HASH. Keep that elsewhere: only
against it does it show that the newest entries are missing, or that everything was written anew.

  --anchor      the newest entry as an earlier "verify" named it
  --file        verifies an export instead; - is standard input
  SLUICE_URL    where the API is; default http://127.0.0.1:4500
  SLUICE_TOKEN  sent as a bearer token, if set

Ends with 0, with 1 when an entry is missing or was changed, 2 for wrong options or a wrong file, 4 when the API does not
answer or refuses.
`

const filters = ['principal', 'source', 'command', 'service', 'deployment', 'outcome', 'since', 'until'] as const
const text = { type: 'string' } as const
const options = {
  ...{ principal: text, source: text, command: text, service: text, deployment: text, outcome: text },
  ...{ since: text, until: text, anchor: text, file: text },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** `sluice audit`. Returns the exit code. */
export function runAudit(args: readonly string[]): Promise<number> {
  return runCommand(() => {
    const { values, positionals } = readOptions({ args: [...args], allowPositionals: true, options }, auditUsage)
    const { help, anchor, file, ...filter } = values
    if (help) return say(process.stdout, auditUsage, exitCodes.intact)
    const [word, ...rest] = positionals
    const isFiltered = filters.some((name) => filter[name] !== undefined)
    if (word === 'export' && rest.length === 0 && anchor === undefined && file === undefined)
      // What a filter may be is for the API to say.
      return print(readAudit(createApiAudit(apiOf(process.env)), filter as AuditFilter))
    if (word === 'verify' && rest.length === 0 && !isFiltered)
      return verify(file === undefined ? readAudit(createApiAudit(apiOf(process.env))) : readExport(file), anchor)
    throw new ValidationError(`say what to do\n\n${auditUsage}`)
  })
}

async function print(entries: AsyncIterable<AuditEntry>): Promise<number> {
  for await (const entry of entries) process.stdout.write(toJsonLine(entry))
  return exitCodes.intact
}

async function verify(entries: AsyncIterable<AuditEntry>, anchor: string | undefined): Promise<number> {
  const check = await verifyEntries(entries, anchor === undefined ? undefined : parseAnchor(anchor))
  return check.intact
    ? say(process.stdout, showIntact(check), exitCodes.intact)
    : say(process.stderr, `sluice: ${toPrintable(check.reason)}\n`, exitCodes.broken)
}

function showIntact({ head: { seq, hash } }: Extract<ChainCheck, { intact: true }>): string {
  return seq === 0 ? 'the audit has no entries\n' : `${seq} entries, none missing or changed\n${seq}:${hash}\n`
}

/** @throws {ValidationError} If it is no `SEQ:HASH`. */
function parseAnchor(given: string): ChainHead {
  const [, seq, hash] = /^([1-9][0-9]{0,14}):([0-9a-f]{64})$/.exec(given) ?? []
  if (seq === undefined || hash === undefined)
    throw new ValidationError(
      `--anchor must be SEQ:HASH as "sluice audit verify" prints it, not "${toPrintable(given)}"`,
    )
  return { seq: Number(seq), hash }
}
