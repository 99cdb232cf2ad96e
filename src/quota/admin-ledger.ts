/** Quotas as operators see and mend them. */
import type { Month } from '../core/month.ts'

export interface QuotaRow {
  userId: number
  username: string
  /** As it stands with the user: null takes the default, 0 is none. */
  monthlyQuotaTokens: number | null
  used: number
  /** By all instances: held, used and not stored yet, or free to be held. */
  leased: number
}

/** A figure of a table of sums whose rows of a month are not what the records say. */
export interface SumDifference {
  table: string
  figure: string
  /** Null in a table that does not tell users apart. */
  userId: number | null
  username: string | null
  /** Those that differ; the figures below are theirs. */
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
  /** Of all users, or of one; leases that were not renewed since are left out. */
  listQuotas(month: Month, userId: number | null, leasesSinceMs: number): Promise<QuotaRow[]>
  /** Nothing is used any more; the records stay. False where nothing was. */
  resetUse(userId: number, month: Month): Promise<boolean>
  sumDifferences(month: Month): Promise<SumDifference[]>
  /** Makes all sums of the month what the records say. */
  repairMonth(month: Month): Promise<void>
  /** Leases that were not renewed since. */
  staleLeases(beforeMs: number): Promise<LeaseRow[]>
  dropStaleLeases(beforeMs: number): Promise<void>
}
