export interface PageRequest {
  /** 1–100. */
  readonly limit: number
  /** Opaque; null for the first page. @throws {ValidationError} From the store when it is not one of ours. */
  readonly cursor: string | null
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}
