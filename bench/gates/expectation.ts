/** A figure as it was printed, and by how much rounding may have moved it. */
export interface Printed {
  /** Infinity for a dash: not reached within the deployment. */
  readonly value: number
  readonly rounding: number
}

/** What a table says about one decider in one cell; what it does not say is absent. Shares are fractions. */
export interface Expectation {
  readonly share?: Printed
  readonly before?: Printed
  readonly median?: Printed
  readonly p95?: Printed
  readonly failedRequests?: Printed
}

const forms = {
  share: /^(?<share>[\d.]+) %$/,
  delays: /^(?<median>[\d.]+|—) \/ (?<p95>[\d.]+|—)(?: \((?<before>[\d.]+) %\))?$/,
  failedRequests: /^(?<failedRequests>[\d.]+)$/,
}

/**
 * Reads an entry of the tables in expected.ts: `35 % · 2 / — (0.5 %) · 9.7` is the share, the median and 95th percentile of
 * the delay, in brackets the share that acted before the fault, and the failed requests; each part may be missing.
 *
 * @throws {SyntaxError} For any other text.
 */
export function parseExpectation(text: string): Expectation {
  const found: Record<string, Printed> = {}
  for (const part of text.split(' · ')) {
    const groups = Object.values(forms)
      .map((form) => form.exec(part)?.groups)
      .find((match) => match !== undefined)
    if (groups === undefined) throw new SyntaxError(`"${part}" in "${text}" is neither a share, delays nor a count`)
    for (const [name, number] of Object.entries(groups)) {
      if (number !== undefined) found[name] = parsePrinted(number, formats[name] ?? minutes)
    }
  }
  return found
}

interface Format {
  /** The printed number of one. */
  readonly unit: number
  /** Decimals that were rounded to, though zeros at the end are not printed. */
  readonly leastDecimals: number
}

const minutes: Format = { unit: 1, leastDecimals: 0 }
const percent: Format = { unit: 100, leastDecimals: 0 }
const formats: Readonly<Record<string, Format>> = {
  share: percent,
  before: percent,
  failedRequests: { unit: 1, leastDecimals: 1 },
}

function parsePrinted(text: string, { unit, leastDecimals }: Format): Printed {
  if (text === '—') return { value: Number.POSITIVE_INFINITY, rounding: 0 }
  const decimals = Math.max(leastDecimals, text.split('.')[1]?.length ?? 0)
  return { value: Number(text) / unit, rounding: 0.5 / 10 ** decimals / unit }
}
