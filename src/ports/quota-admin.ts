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

/** A user's month, counted three times over. */
export interface MonthSums {
  userId: number
  username: string | null
  recordedTokens: number
  recordedRequests: number
  monthlyTokens: number
  monthlyRequests: number
  dailyTokens: number
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
  /** Of all users, or of one. */
  listQuotas(month: Month, userId: number | null): Promise<QuotaRow[]>
  /** Nothing is used any more; the records stay. False where nothing was. */
  resetUse(userId: number, month: Month): Promise<boolean>
  sumMonth(month: Month): Promise<MonthSums[]>
  /** Makes the month's sums of a user what the records say. */
  repairMonth(userId: number, month: Month): Promise<void>
  /** Leases that were not renewed since. */
  staleLeases(beforeMs: number): Promise<LeaseRow[]>
  dropStaleLeases(beforeMs: number): Promise<void>
}
