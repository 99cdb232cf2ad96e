/** Billing months: calendar months in UTC. */

export interface Month {
  year: number
  /** 1 to 12. */
  month: number
}

export function monthOf(ms: number): Month {
  const date = new Date(ms)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1 }
}

export function monthStartMs({ year, month }: Month): number {
  return Date.UTC(year, month - 1, 1)
}

/** `2026-01`. */
export function monthText({ year, month }: Month): string {
  return `${year}-${String(month).padStart(2, '0')}`
}

/** Also the moment at which a monthly quota renews. */
export function nextMonthStartMs({ year, month }: Month): number {
  return Date.UTC(year, month, 1)
}
