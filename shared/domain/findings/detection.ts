import type { Finding } from '../deployment.ts'
import type { Shortfall, StepDetection } from '../detection.ts'
import { aWarning } from './facts.ts'

/** The steps in which a compare gate detects nothing, or only what nobody could miss. */
export function detectionFindings(gate: string, steps: readonly StepDetection[]): Finding[] {
  return steps.flatMap(({ step, shortfall, ...rest }) =>
    shortfall === null
      ? []
      : [
          aWarning(
            `detects-nothing:${gate}:${step}`,
            titles[shortfall.type],
            `gate ${gate}, step ${step}: ${explainShortfall(rest, shortfall)}`,
          ),
        ],
  )
}

const titles = {
  'too-short': 'A step is too short to compare anything in it',
  'too-small': 'A step is too small to detect a regression',
} as const satisfies Record<Shortfall['type'], string>

/** Why so little is detected in a step, and what would help, in a sentence. */
export function explainShortfall(
  { weight, bakeSeconds, detected }: Pick<StepDetection, 'weight' | 'bakeSeconds' | 'detected'>,
  shortfall: Shortfall,
): string {
  switch (shortfall.type) {
    case 'too-short':
      return (
        `it bakes ${bakeSeconds} s, and it takes ${shortfall.neededSeconds} s until two windows of it are settled; ` +
        `bake at least that long`
      )
    case 'too-small': {
      const traffic = `${weight} % of ${short(shortfall.requestsPerMinute)} requests a minute for ${bakeSeconds} s`
      const least =
        detected === null ? 'no regression is' : `nothing below ${short(detected.ratio)} times the baseline is`
      return `with ${traffic} ${least} detected${effort(shortfall)}; ${help(shortfall)}`
    }
  }
}

function effort({ badRequests, badRequestsNeeded, remedy }: Extract<Shortfall, { type: 'too-small' }>): string {
  if (badRequestsNeeded === null) return ''
  return (
    `: a ${short(remedy.ratio)}-fold one takes about ${short(badRequestsNeeded)} bad canary requests to prove, ` +
    `and would have ${short(badRequests)}`
  )
}

function help({ remedy: { rate, ratio, bakeSeconds, weight } }: Extract<Shortfall, { type: 'too-small' }>): string {
  const remedies = [
    ...(bakeSeconds === null ? [] : [`a bake of ${bakeSeconds} s`]),
    ...(weight === null ? [] : [`a weight of ${weight} %`]),
  ]
  const regression = `a ${short(ratio)}-fold regression, to ${short(rate * 100)} %`
  if (remedies.length === 0) return `neither a longer bake nor more weight alone would let it detect ${regression}`
  return `${remedies.join(' or ')} would let it detect ${regression}`
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)))
}
