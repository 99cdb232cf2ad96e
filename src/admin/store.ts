/** The store's writing side, for the admin use cases. Each call is one transaction, or part of one. */
import type { IdentityStore } from '../access/identity-store.ts'
import type { KeyActivity } from '../access/key-activity.ts'
import type {
  ApiKey,
  ModelDefinition,
  ModelPrice,
  ModelState,
  UpstreamKey,
  User,
  UserRole,
  UserStatus,
} from '../core/entities.ts'
import type { ProviderName, SpokenProtocol } from '../core/providers/providers.ts'
import type { QuotaAdmin } from '../quota/admin-ledger.ts'
import type { SealedSecret } from '../upstreams/vault.ts'
import type { UsageRecord } from '../usage/record.ts'
import type { UsageQuery, UsageSum } from '../usage/report.ts'
import type {
  AuditQuery,
  KeyQuery,
  MalformedRow,
  Page,
  UpstreamQuery,
  UserQuery,
} from './store-queries.ts'

/** Why a model without targets is left out; requests for it go where its plain name goes. */
export const NO_TARGETS = 'it has no row in model_targets'

export interface NewUser {
  username: string
  email: string | null
  role: UserRole
  monthlyQuotaTokens: number | null
  maxInFlight?: number | null
}

export interface UserPatch {
  username?: string
  email?: string | null
  role?: UserRole
  status?: UserStatus
  monthlyQuotaTokens?: number | null
  /** Requests at a time; 0 is unlimited, null uses the configured default. */
  maxInFlight?: number | null
}

export interface NewApiKey {
  userId: number
  name: string
  prefix: string
  keyHash: string
  allowedModels: readonly string[] | null
  allowedAddresses: readonly string[] | null
  rpm: number | null
  tpm: number | null
  maxInFlight?: number | null
  priority?: number
  strict?: boolean
  tags?: readonly string[]
  expiresAtMs: number | null
}

export interface KeyPatch {
  name?: string
  allowedModels?: readonly string[] | null
  /** Per minute; 0 is unlimited, null uses the configured default. */
  rpm?: number | null
  tpm?: number | null
  /** Requests at a time; 0 is unlimited, null uses the configured default. */
  maxInFlight?: number | null
  priority?: number
  strict?: boolean
  tags?: readonly string[]
  allowedAddresses?: readonly string[] | null
  expiresAtMs?: number | null
  rotatedTo?: number | null
}

export interface NewUpstreamKey {
  name: string
  provider: ProviderName
  baseUrl: string
  keyHint: string
  weight: number
  models: readonly string[] | null
  deployments: Readonly<Record<string, string>> | null
  headers: Readonly<Record<string, string>> | null
  apiVersion: string | null
  protocol?: SpokenProtocol | null
  maxInFlight?: number | null
  tags?: readonly string[]
}

export type UpstreamPatch = Partial<Omit<NewUpstreamKey, 'provider'>> & { encryptedKey?: string }

export type { ModelPrice }

export interface AuditEntry {
  actor: string
  address: string | null
  action: string
  /** The object changed, e.g. `user:3`; never a secret. */
  subject: string
  before: object | null
  after: object | null
  atMs: number
}

export interface AuditRow extends AuditEntry {
  id: number
}

/** When a proxy key was last used and refused; null if it never was. */
export interface KeyActivityRow {
  lastUsedMs: number | null
  lastRefusedMs: number | null
  lastRefusal: string | null
  lastRefusedAddress: string | null
}

export interface InstanceRow {
  instanceId: string
  /** The encryption keys with which it can decrypt rows. */
  encryptionKeyIds: readonly string[]
  seenAtMs: number
}

/** `userId` as text, `period` a day such as `2026-11-23`. */
export interface ImportedDay {
  userId: string
  period: string
  promptTokens: number
  completionTokens: number
  totalTokens: number
}

export interface AdminStore extends QuotaAdmin, IdentityStore {
  /** Commits everything `work` does through `step`, or nothing if it throws. */
  transaction<T>(work: (step: AdminStore) => Promise<T>): Promise<T>

  createUser(user: NewUser): Promise<User>
  updateUser(id: number, patch: UserPatch): Promise<User | null>
  /** With its keys; its usage records stay. False if there is no such user. */
  deleteUser(id: number): Promise<boolean>
  listUsers(query?: UserQuery): Promise<Page<User>>
  findUser(username: string): Promise<User | null>
  findUserById(id: number): Promise<User | null>
  /** The user that the gateway's own commands send requests as; made if it is not there yet. */
  systemUser(): Promise<User>
  countActiveAdmins(): Promise<number>

  createApiKey(key: NewApiKey): Promise<ApiKey>
  listApiKeys(query?: KeyQuery): Promise<Page<ApiKey>>
  findApiKey(id: number): Promise<ApiKey | null>
  /** At most two, which is enough to see that a prefix is not unique. */
  findApiKeysByPrefix(prefix: string): Promise<ApiKey[]>
  findApiKeyByHash(keyHash: string): Promise<ApiKey | null>
  /** Null if there is no such key. */
  updateApiKey(id: number, patch: KeyPatch): Promise<ApiKey | null>
  keyActivity(key: ApiKey): Promise<KeyActivityRow>
  recordKeyActivity(activity: ReturnType<KeyActivity['take']>): Promise<void>
  /** False if there is no such key. */
  revokeApiKey(id: number): Promise<boolean>
  /**
   * Ends an active key in favour of another: at once if `atMs` is null. Null if it was revoked or rotated since
   * it was read.
   */
  supersedeApiKey(old: ApiKey, by: { id: number; atMs: number | null }): Promise<ApiKey | null>
  /** Keys, not revoked, that were rotated to this one. */
  findPredecessors(id: number): Promise<ApiKey[]>
  /** Deletes it without a trace; for keys that exist for one command. */
  deleteApiKey(id: number): Promise<void>

  /** `seal` gets the new row's id, because the ciphertext is bound to it. */
  createUpstreamKey(key: NewUpstreamKey, seal: (id: number) => string): Promise<UpstreamKey>
  listUpstreamKeys(query?: UpstreamQuery): Promise<Page<UpstreamKey>>
  /** The models of keys that are not healthy. */
  listModelStates(): Promise<ModelState[]>
  findUpstreamKey(name: string): Promise<UpstreamKey | null>
  findUpstreamKeyById(id: number): Promise<UpstreamKey | null>
  updateUpstreamKey(id: number, patch: UpstreamPatch): Promise<UpstreamKey | null>
  /** Back to healthy, failures and cooldown cleared, also of its models. False if there is no such row. */
  resetUpstreamKey(id: number): Promise<boolean>
  setUpstreamKeyDisabled(id: number, disabled: boolean): Promise<boolean>
  removeUpstreamKey(id: number): Promise<boolean>
  /** All ciphertexts of the store, also those of rows that are malformed otherwise. */
  listSealedSecrets(): Promise<SealedSecret[]>
  /** False if the secret was replaced or removed since it was read. */
  replaceSealedSecret(before: SealedSecret, sealed: string): Promise<boolean>
  /** `digest` identifies a key permanently without revealing it. */
  rememberRemoval(digest: string, upstreamKeyId: number): Promise<void>
  /** What was created with the key before its removal (files, batches, models) is at the new row from now on. */
  forgetRemoval(digest: string, upstreamKeyId: number): Promise<void>
  wasRemoved(digest: string): Promise<boolean>

  /** Announces that this instance runs and can decrypt rows with these keys. */
  announceInstance(instance: InstanceRow): Promise<void>
  forgetInstance(instanceId: string): Promise<void>
  /** Instances that have announced since then that they run. */
  listInstances(sinceMs: number): Promise<InstanceRow[]>

  summarizeUsage(query: UsageQuery): Promise<UsageSum[]>
  /** Stores and prices records of another program. Idempotent by request id; returns how many were new. */
  importUsage(records: readonly UsageRecord[]): Promise<number>
  /** What is stored under request ids with this beginning, by user and day. */
  importedUsage(idsBeginWith: string): Promise<ImportedDay[]>

  listModels(): Promise<ModelDefinition[]>
  /** Those that the list leaves out: with a malformed row, or `NO_TARGETS`. */
  malformedModels(): Promise<MalformedRow[]>
  /** Replaces any earlier definition of this name. */
  saveModel(definition: ModelDefinition): Promise<void>
  /** False if there is no such model. */
  deleteModel(name: string): Promise<boolean>

  listPrices(): Promise<ModelPrice[]>
  /** Replaces any earlier price of this model. */
  setPrice(price: ModelPrice): Promise<void>
  /** False if none was set. */
  unsetPrice(model: string): Promise<boolean>

  audit(entry: AuditEntry): Promise<void>
  listAudit(query?: AuditQuery): Promise<Page<AuditRow>>
}
