/** Additional columns of lists, read for a whole page at once. */
import type { Month } from '../core/time/month.ts'

export interface UserFigures {
  activeKeys: number
  lastUsedAtMs: number | null
  /** Of the month. */
  usedTokens: number
  leasedTokens: number
  requests: number
  /** null if no price is known. */
  costUsd: number | null
}

export interface KeyFigures {
  username: string
  lastUsedAtMs: number | null
}

export interface ConsoleReads {
  userFigures(
    ids: readonly number[],
    month: Month,
    leasedSinceMs: number,
  ): Promise<Map<number, UserFigures>>
  keyFigures(ids: readonly number[]): Promise<Map<number, KeyFigures>>
  /** Creation times by id. */
  createdAt(table: 'users' | 'upstream_keys', ids: readonly number[]): Promise<Map<number, number>>
  /** The last change of a subject such as `key:3`. */
  lastChange(subject: string): Promise<{ actor: string; atMs: number } | null>
}
