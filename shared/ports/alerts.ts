/** Something that a person must be told. */
export interface Alert {
  /** Sortable by time, unique within a deployment. */
  readonly id: string
  readonly deployment: string
  readonly message: string
  readonly at: string
}

/** Alerts on their way to people: kept first, told by somebody else, taken out once they were. */
export interface Alerts {
  /** Repeating it changes nothing. */
  put(alert: Alert): Promise<void>
  /** Null: it was told, or nobody told it within a day. Strongly consistent. */
  load(deployment: string, id: string): Promise<Alert | null>
  /** Nothing if it is not there. */
  remove(deployment: string, id: string): Promise<void>
}
