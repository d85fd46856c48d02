import type { NormalizedSchema } from '@smithy/core/schema'
import type { AwsError } from '../service.ts'

export interface ScalarText {
  readonly text: string
  /** As the protocol words it: `must be a number`. */
  readonly wrong: (kind: string) => AwsError
  /** Default: instants are ISO 8601 alone. */
  readonly parseInstant?: (text: string) => Date
}

/** Reads text as its schema asks: true or false, a number, an instant, bytes in base64, or as it is. @throws What `wrong` makes. */
export function readScalar(shape: NormalizedSchema, { text, wrong, parseInstant = toDate }: ScalarText): unknown {
  if (shape.isBooleanSchema()) {
    if (!/^(true|false)$/i.test(text)) throw wrong('true or false')
    return text.toLowerCase() === 'true'
  }
  if (shape.isNumericSchema()) {
    if (text.trim() === '' || !Number.isFinite(Number(text))) throw wrong('a number')
    return Number(text)
  }
  if (shape.isTimestampSchema()) {
    const at = parseInstant(text)
    if (Number.isNaN(at.getTime())) throw wrong('an instant in ISO 8601')
    return at
  }
  return shape.isBlobSchema() ? Buffer.from(text, 'base64') : text
}

function toDate(text: string): Date {
  return new Date(text)
}
