/** The time, passed in so that rules can be tested without waiting. */
export interface Clock {
  /** Wall clock, milliseconds since 1970 (UTC). */
  nowMs(): number
}
