/** Quotas as operators see and correct them. */
import type { Month } from '../core/time/month.ts'

export interface QuotaRow {
  userId: number
  username: string
  /** The user's own setting: null takes the default, 0 is no quota. */
  monthlyQuotaTokens: number | null
  used: number
  /** Leased by all instances: reserved, used but not stored yet, or free. */
  leased: number
}

/** A figure in a rollup table that disagrees with the month's usage records. */
export interface SumDifference {
  table: string
  figure: string
  /** Null in a table without a user column. */
  userId: number | null
  username: string | null
  /** Rows that differ; the figures below are theirs. */
  rows: number
  recorded: number
  summed: number
}

export interface LeaseRow {
  userId: number
  username: string | null
  month: Month
  instanceId: string
  tokens: number
  updatedAt: string
}

export interface QuotaAdmin {
  /** For all users or one; leases not renewed since then are excluded. */
  listQuotas(month: Month, userId: number | null, leasesSinceMs: number): Promise<QuotaRow[]>
  /** Resets usage to zero; the records stay. False if there was none. */
  resetUse(userId: number, month: Month): Promise<boolean>
  sumDifferences(month: Month): Promise<SumDifference[]>
  /** Rebuilds the month's rollups from its records. */
  repairMonth(month: Month): Promise<void>
  /** Leases not renewed since then. */
  staleLeases(beforeMs: number): Promise<LeaseRow[]>
  dropStaleLeases(beforeMs: number): Promise<void>
}
