/** What lists of the store can be filtered by, and the pages that they return. */
import type { ApiKey, UpstreamKey, UserRole, UserStatus } from '../core/entities.ts'
import type { ProviderName } from '../core/providers/providers.ts'

/** One page, ordered by id. */
export interface PageQuery {
  /** The last id of the previous page; null starts at the beginning. */
  after?: number | null
  /** At most MAX_PAGE_ROWS, which is also the default. */
  limit?: number
}

export const MAX_PAGE_ROWS = 500

/** A row with an invalid value. It is ignored when requests are served. */
export interface MalformedRow {
  table: string
  id: number
  /** Its name or username. */
  name: string
  reason: string
  /** SQL that repairs it; null if only a person can know the correct value. */
  repair: string | null
}

export interface Page<T> {
  items: T[]
  /** Rows of the same page that can't be parsed. */
  malformed: MalformedRow[]
  /** For `after`; null if this is the last page. */
  next: number | null
}

export interface UserQuery extends PageQuery {
  /** A part of the name or the email address, in any case. */
  search?: string | null
  status?: UserStatus | null
  role?: UserRole | null
}

/** `retiring`: rotated, and still valid. */
export type KeyState = 'active' | 'retiring' | 'expired' | 'revoked'

export interface KeyQuery extends PageQuery {
  userId?: number | null
  /** Needs `nowMs`. */
  state?: KeyState | null
  nowMs?: number
  /** Not used since then; includes keys that were never used. */
  unusedSinceMs?: number | null
  /** Active keys that expire before then. */
  expiresBeforeMs?: number | null
  status?: ApiKey['status'] | null
  /** A part of the name or of the prefix. */
  search?: string | null
}

export interface UpstreamQuery extends PageQuery {
  provider?: ProviderName | null
  status?: UpstreamKey['state']['status'] | null
  search?: string | null
}

/** Newest first: `after` is the id that the last page ended with. */
export interface AuditQuery extends PageQuery {
  actor?: string | null
  /** A whole action such as `key.create`, or a prefix such as `key.`. */
  action?: string | null
  subject?: string | null
  fromMs?: number | null
  toMs?: number | null
}
