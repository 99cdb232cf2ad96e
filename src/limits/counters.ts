/** Counts what was taken in the last 60 s; in this process, or shared by several. */

/** One counter that a request wants to take from. */
export interface Demand {
  /** `key:12:rpm`, `ip:192.0.2.1:tpm`, … */
  counter: string
  limit: number
  amount: number
}

export interface Reading {
  /** Taken in the window, this request's part included where it was taken. */
  used: number
  /** Until nothing counts any more. */
  resetMs: number
  /** Until the amount fits; 0 where it does. */
  waitMs: number
}

/** When it was taken, on each clock that counts. */
export interface Ticket {
  localSecond: number
  /** Null where only this process counted it. */
  sharedSecond: number | null
}

/** Readings stand in the order of the demands. `degraded`: decided by this process alone, for now. */
export type Verdict =
  | { kind: 'taken'; ticket: Ticket; readings: readonly Reading[]; degraded: boolean }
  | { kind: 'refused'; readings: readonly Reading[]; degraded: boolean }
  /** What is shared can't be asked, and the operator wants no decision without it. */
  | { kind: 'unavailable' }

export interface Correction {
  counter: string
  /** Above zero: more was used, charged now. Below: given back from where it was taken. */
  by: number
}

export type SharedHealth = 'healthy' | 'degraded' | 'not_configured'

export interface Counters {
  /** Takes all demands or none. */
  take(demands: readonly Demand[]): Verdict | Promise<Verdict>
  /** Waits for nothing. */
  correct(ticket: Ticket, corrections: readonly Correction[]): void
  health(): SharedHealth
  stop(): Promise<void>
}

/** Counters in this process's memory, which answer at once. */
export interface LocalCounters extends Counters {
  take(demands: readonly Demand[]): Exclude<Verdict, { kind: 'unavailable' }>
}
