/** The numbers that a refusal compared, for the operator's view of it. The client reads them in the message. */

export type RefusalMeasure =
  | 'tokens_per_month'
  | 'requests_per_minute'
  | 'tokens_per_minute'
  | 'requests_in_flight'

export interface RefusalFigure {
  measure: RefusalMeasure
  /** Whose limit it is: `this proxy key`, `user alice`, `the address 192.0.2.1`. */
  owner: string
  limit: number
  /** Before this request, including what requests in flight have reserved. */
  used: number
  /** What this request would have added. */
  asked: number
  /** False for a limit that would have let it pass. */
  refused: boolean
  /** Until it fits; null if waiting does not help or the time is unknown. */
  waitMs: number | null
}
