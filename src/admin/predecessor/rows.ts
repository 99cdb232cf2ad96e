/** What is read from the database of this gateway's predecessor, a Python program on FastAPI and SQLAlchemy. */
import type { UserRole } from '../../core/entities.ts'
import type { ProviderName } from '../../core/providers/providers.ts'

/** Ids as the predecessor wrote them: numbers or UUIDs. */
export interface OldUser {
  id: string
  username: string
  email: string | null
  role: UserRole
  disabled: boolean
  /** Null: none was set. */
  monthlyQuotaTokens: number | null
}

export interface OldKey {
  id: string
  userId: string
  name: string
  /** SHA-256 of the whole key, lower-case hex. */
  keyHash: string
  /** What may be shown of the key. */
  prefix: string
  revoked: boolean
  allowedModels: readonly string[] | null
  rpm: number | null
  tpm: number | null
  expiresAtMs: number | null
}

export interface OldUpstream {
  id: string
  name: string
  provider: ProviderName
  baseUrl: string
  secret: string
  disabled: boolean
  weight: number
  models: readonly string[] | null
  deployments: Readonly<Record<string, string>> | null
  apiVersion: string | null
}

export interface OldTokens {
  promptTokens: number
  completionTokens: number
  totalTokens: number
}

/** One request. */
export interface OldRequest extends OldTokens {
  /** Unique within the predecessor's database. */
  id: string
  atMs: number
  userId: string
  apiKeyId: string | null
  model: string
  endpoint: string
  stream: boolean
  status: number
  durationMs: number
  costUsd: number | null
}

/** What a user used in a day or a month. */
export interface OldSum extends OldTokens {
  userId: string
  /** `2026-11-23` or `2026-11`. */
  period: string
}

export interface Predecessor {
  users: readonly OldUser[]
  keys: readonly OldKey[]
  upstreams: readonly OldUpstream[]
  days: readonly OldSum[]
  months: readonly OldSum[]
  /** The single requests, in batches. */
  requests(): AsyncIterable<readonly OldRequest[]>
  /** Rows that can't be imported, and why; each begins with the table and the row's id. */
  problems: readonly string[]
  /** Columns that nothing here corresponds to, as `table.column`. */
  ignoredColumns: readonly string[]
}
