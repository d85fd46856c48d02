import { UpstreamError } from '../domain/errors.ts'

/** Collects what could not be looked at: a refusal is noted, a passing failure is thrown. */
export interface InspectionNotes {
  /** One sentence each. */
  readonly sentences: readonly string[]
  /** @throws Whatever `call` throws but an {@link UpstreamError}, which becomes a sentence about `what`. */
  look<T>(what: string, otherwise: T, call: () => Promise<T>): Promise<T>
}

export function createInspectionNotes(): InspectionNotes {
  const sentences: string[] = []
  return {
    sentences,
    async look(what, otherwise, call) {
      try {
        return await call()
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error
        sentences.push(`${what} could not be looked at: ${error.message}`)
        return otherwise
      }
    },
  }
}
