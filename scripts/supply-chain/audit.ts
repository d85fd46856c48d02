/** What `npm audit` has found out. `unknown`: the registry does not say, or is out of reach. */
export type AuditResult =
  | { readonly type: 'fine' }
  | { readonly type: 'found'; readonly what: readonly string[] }
  | { readonly type: 'unknown'; readonly why: string }

/** Of `npm audit --json`: holes that are high or critical. */
export function readAdvisories(output: string): AuditResult {
  const report = parseObject(output)
  if (!isRecord(report?.vulnerabilities)) return unknown(report)
  const what = Object.entries(report.vulnerabilities).flatMap(([name, hole]) =>
    isRecord(hole) && (hole.severity === 'high' || hole.severity === 'critical') ? [`${name}: ${hole.severity}`] : [],
  )
  return what.length === 0 ? { type: 'fine' } : { type: 'found', what }
}

/** Of `npm audit signatures --json`: packages that are not what the registry has signed. */
export function readSignatures(output: string): AuditResult {
  const report = parseObject(output)
  if (!Array.isArray(report?.invalid)) return unknown(report)
  const what = report.invalid.map((one: unknown) =>
    isRecord(one) ? `${one.name}@${one.version}: its signature is wrong` : 'a signature is wrong',
  )
  return what.length === 0 ? { type: 'fine' } : { type: 'found', what }
}

function unknown(report: Readonly<Record<string, unknown>> | null): AuditResult {
  const error = isRecord(report?.error) ? report.error : report
  const why = error?.summary || error?.detail || error?.message || report?.message || 'no answer that could be read'
  return { type: 'unknown', why: String(why).trim().split('\n')[0] ?? '' }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
