const cells = 20

/**
 * A share as a bar of 20 cells. Whoever has any share shows: above 0 at least one cell is full, below 100 at least one is
 * empty.
 *
 * @param weight - Percent, 0 to 100.
 */
export function weightBar(weight: number): string {
  const exact = (weight / 100) * cells
  const full = weight <= 0 ? 0 : weight >= 100 ? cells : Math.min(cells - 1, Math.max(1, Math.round(exact)))
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)}`
}

/** A share in words: `10 %`, `2.5 %`, `33.3 %`. */
export function percent(share: number): string {
  return `${Number(share.toFixed(1))} %`
}
