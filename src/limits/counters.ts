/** Counters over the last 60 s, local to this process or shared by several. */

/** One counter a request wants to take from. */
export interface Demand {
  /** `key:12:rpm`, `ip:192.0.2.1:tpm`, … */
  counter: string
  limit: number
  amount: number
}

export interface CounterReading {
  /** Taken within the window, including this request's amount if it was taken. */
  used: number
  /** Time until the window is empty. */
  resetMs: number
  /** Time until the amount fits; 0 if it fits now. */
  waitMs: number
}

/** When the amount was taken, on each clock involved. */
export interface Ticket {
  localSecond: number
  /** Null if only this process counted it. */
  sharedSecond: number | null
}

/** Readings are in the order of the demands. `degraded`: temporarily decided by this process alone. */
export type LimitDecision =
  | { kind: 'taken'; ticket: Ticket; readings: readonly CounterReading[]; degraded: boolean }
  | { kind: 'refused'; readings: readonly CounterReading[]; degraded: boolean }
  /** The shared counters can't be reached, and the operator wants no decision without them. */
  | { kind: 'unavailable' }

export interface Correction {
  counter: string
  /** Positive: more was used and is charged now. Negative: returned to the second it was taken from. */
  by: number
}

export type SharedHealth = 'healthy' | 'degraded' | 'not_configured'

export interface Counters {
  /** Takes all demands or none. */
  take(demands: readonly Demand[]): LimitDecision | Promise<LimitDecision>
  /** Fire and forget. */
  correct(ticket: Ticket, corrections: readonly Correction[]): void
  health(): SharedHealth
  stop(): Promise<void>
}

/** Counters in this process's memory, which answer synchronously. */
export interface LocalCounters extends Counters {
  take(demands: readonly Demand[]): Exclude<LimitDecision, { kind: 'unavailable' }>
}
