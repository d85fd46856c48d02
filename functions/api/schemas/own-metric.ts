import * as z from 'zod'

export const name = z.string().min(1).max(255)
export const namespace = name.regex(/^[^:]/, 'must not start with a colon')

/** AWS takes a metric for another one with every other set of dimensions, and finds nothing without an error. */
export const dimensionsOfMetric = z
  .record(
    z.string().regex(/^(?!:)(?=.*\S)[\x20-\x7e]{1,255}$/, 'must be 1 to 255 ASCII characters, the first no colon'),
    z.string().regex(/^(?=.*\S)[\x20-\x7e]{1,1024}$/, 'must be 1 to 1024 ASCII characters'),
  )
  .refine((all) => Object.keys(all).length <= 30, 'must have at most 30 entries')

const dimensions = dimensionsOfMetric
  .default({})
  .describe('All dimensions of the metric. `{side}` in a value becomes `blue` or `green`.')

/**
 * Simple statistics, percentiles and trimmed ones in both spellings.
 *
 * @see Amazon CloudWatch User Guide, CloudWatch statistics definitions
 */
const statistic = z
  .string()
  .regex(
    /^(SampleCount|Sum|Average|Minimum|Maximum|IQM|(p|tm|tc|ts|wm)(100|\d{1,2}(\.\d{1,10})?)|(PR|TM|TC|TS|WM)\((\d+(\.\d{1,10})?%?:(\d+(\.\d{1,10})?%?)?|:\d+(\.\d{1,10})?%?)\))$/,
    'must be a statistic of CloudWatch, such as Sum, Average, SampleCount, Maximum, p99, tm90 or TC(0.5:)',
  )
  .describe('`Sum`, `Average`, `SampleCount`, `Minimum`, `Maximum`, `p99`, `tm90`, `TC(0.5:)`, `PR(:0.5)`, …')

const periodSeconds = z
  .int()
  .max(3600)
  .refine(
    (seconds) => seconds === 10 || seconds === 30 || (seconds >= 60 && seconds % 60 === 0),
    'must be 10, 30 or a multiple of 60 up to 3600',
  )
  .default(60)
  .describe('Length of a window: 10 or 30 with metrics of high resolution, else a multiple of 60 up to 3600.')

const metric = { namespace, metricName: name, dimensions, stat: statistic }

export const cloudWatchMetric = z
  .strictObject({ ...metric, periodSeconds })
  .describe('A CloudWatch metric of your own.')

/** Names that begin so are ours, for the expression itself. */
const ours = 'sluice_'

const queryId = z
  .string()
  .regex(
    /^[a-z][A-Za-z0-9_]{0,254}$/,
    'must start with a lower-case letter and hold only letters, digits and underscores, at most 255 characters',
  )
  .refine((id) => !id.startsWith(ours), `must not start with "${ours}"`)

export const metricExpression = z
  .strictObject({
    expression: z.string().min(1).max(2048).describe('CloudWatch metric math, which gives one time series.'),
    queries: z
      .array(z.strictObject({ id: queryId.describe('Its name in the expression.'), ...metric }))
      .min(1)
      .max(20),
    periodSeconds,
  })
  .superRefine(({ expression, queries }, context) => {
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message })
    const ids = queries.map(({ id }) => id)
    for (const [index, id] of ids.entries())
      if (ids.indexOf(id) < index) problem(['queries', index, 'id'], `is taken twice: "${id}"`)
    const used = wordsOf(expression)
    // METRICS() stands for all of them.
    if (ids.length > 0 && !used.has('METRICS') && !ids.some((id) => used.has(id)))
      problem(['expression'], `must name at least one of its queries: ${ids.join(', ')}`)
  })
  .describe('CloudWatch metric math over metrics of your own.')

/** Every name in an expression, those in quotes left out. */
function wordsOf(expression: string): ReadonlySet<string> {
  return new Set(expression.replace(/"[^"]*"|'[^']*'/g, ' ').match(/[A-Za-z_]\w*/g) ?? [])
}
