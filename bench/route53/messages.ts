/** A weighted pair of the benchmark. */
export interface PairPlace {
  readonly zoneId: string
  readonly name: string
}

export type EndpointQuestion = { readonly ask: 'refused' } | { readonly ask: 'weights' }

export interface Refused {
  readonly throttled: number
  readonly priorRequestNotComplete: number
}

export type EndpointAnswer =
  | { readonly ready: { readonly url: string; readonly places: readonly PairPlace[] } }
  | { readonly refused: Refused }
  | { readonly weights: readonly Readonly<Record<string, number>>[] }
