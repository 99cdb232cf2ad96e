/** The writing side of the store, for the admin use cases. Each call is one transaction. */
import type { ApiKey, Provider, UpstreamKey, User, UserRole, UserStatus } from '../core/entities.ts'
import type { QuotaAdmin } from '../quota/admin-ledger.ts'
import type { UsageQuery, UsageSum } from '../usage/report.ts'

export interface NewUser {
  username: string
  email: string | null
  role: UserRole
  monthlyQuotaTokens: number | null
}

export interface UserPatch {
  email?: string | null
  role?: UserRole
  status?: UserStatus
  monthlyQuotaTokens?: number | null
}

export interface NewApiKey {
  userId: number
  name: string
  prefix: string
  keyHash: string
  allowedModels: readonly string[] | null
  rpm: number | null
  tpm: number | null
  expiresAtMs: number | null
}

/** A minute; 0 is no limit, null the configured default. */
export interface KeyLimits {
  rpm?: number | null
  tpm?: number | null
}

export interface NewUpstreamKey {
  name: string
  provider: Provider
  baseUrl: string
  keyHint: string
  weight: number
  models: readonly string[] | null
  deployments: Readonly<Record<string, string>> | null
  apiVersion: string | null
}

/** What an operator pays for a model: USD a million tokens, each kind at one rate. */
export interface ModelPrice {
  model: string
  rates: Readonly<Record<'input' | 'output', number>> &
    Readonly<Record<'cached' | 'reasoning' | 'audioInput' | 'audioOutput', number | null>>
}

export interface AuditEntry {
  actor: string
  action: string
  /** What was touched, e.g. `user:3`; never a secret. */
  subject: string
  atMs: number
}

export interface AdminStore extends QuotaAdmin {
  createUser(user: NewUser): Promise<User>
  updateUser(id: number, patch: UserPatch): Promise<User | null>
  listUsers(): Promise<User[]>
  findUser(username: string): Promise<User | null>

  createApiKey(key: NewApiKey): Promise<ApiKey>
  listApiKeys(userId: number | null): Promise<ApiKey[]>
  findApiKey(id: number): Promise<ApiKey | null>
  /** Null where there is no such key. */
  limitApiKey(id: number, limits: KeyLimits): Promise<ApiKey | null>
  /** False where there is no such key. */
  revokeApiKey(id: number): Promise<boolean>

  /** `seal` gets the new row's id, because the ciphertext is bound to it. */
  createUpstreamKey(key: NewUpstreamKey, seal: (id: number) => string): Promise<UpstreamKey>
  listUpstreamKeys(): Promise<UpstreamKey[]>
  /** Back to healthy, failures and cooldown cleared. False where there is no such row. */
  resetUpstreamKey(id: number): Promise<boolean>
  setUpstreamKeyDisabled(id: number, disabled: boolean): Promise<boolean>
  replaceEncryptedKey(id: number, encryptedKey: string): Promise<boolean>
  removeUpstreamKey(id: number): Promise<boolean>

  summarizeUsage(query: UsageQuery): Promise<UsageSum[]>

  listPrices(): Promise<ModelPrice[]>
  /** In place of what was set for this model before. */
  setPrice(price: ModelPrice): Promise<void>
  /** False where none was set. */
  unsetPrice(model: string): Promise<boolean>
  audit(entry: AuditEntry): Promise<void>
}
