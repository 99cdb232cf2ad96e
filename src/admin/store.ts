/** The writing side of the store, for the admin use cases. Each call is one transaction, or a part of one. */
import type { IdentityStore } from '../access/identity-store.ts'
import type { KeyRefusal } from '../access/key-activity.ts'
import type {
  ApiKey,
  ModelDefinition,
  ModelState,
  Provider,
  UpstreamKey,
  User,
  UserRole,
  UserStatus,
} from '../core/entities.ts'
import type { QuotaAdmin } from '../quota/admin-ledger.ts'
import type { UsageQuery, UsageSum } from '../usage/report.ts'

/** One page, in the order of the ids. */
export interface PageQuery {
  /** The last id of the page before; null begins at the start. */
  after?: number | null
  /** At most MAX_PAGE, which is also the default. */
  limit?: number
}

export const MAX_PAGE = 500

/** A row that holds a value it must not hold. It is left out wherever requests are served. */
export interface MalformedRow {
  table: string
  id: number
  /** Its name or username. */
  name: string
  reason: string
  /** SQL that repairs it; null if only a person can know what should be there. */
  repair: string | null
}

export interface Listed<T> {
  items: T[]
  /** Rows of the same page that can't be read as what they should be. */
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
  /** Not used since then; never used counts too. */
  unusedSinceMs?: number | null
  /** Active ones that end before then. */
  expiresBeforeMs?: number | null
  status?: ApiKey['status'] | null
  /** A part of the name or of the prefix. */
  search?: string | null
}

export interface UpstreamQuery extends PageQuery {
  provider?: Provider | null
  status?: UpstreamKey['state']['status'] | null
  search?: string | null
}

/** Newest first: `after` is the id that the last page ended with. */
export interface AuditQuery extends PageQuery {
  actor?: string | null
  /** A whole action such as `key.create`, or all of a kind: `key.`. */
  action?: string | null
  subject?: string | null
  fromMs?: number | null
  toMs?: number | null
}

export interface NewUser {
  username: string
  email: string | null
  role: UserRole
  monthlyQuotaTokens: number | null
}

export interface UserPatch {
  username?: string
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
  allowedAddresses: readonly string[] | null
  rpm: number | null
  tpm: number | null
  expiresAtMs: number | null
}

export interface KeyPatch {
  name?: string
  allowedModels?: readonly string[] | null
  /** A minute; 0 is no limit, null the configured default. */
  rpm?: number | null
  tpm?: number | null
  allowedAddresses?: readonly string[] | null
  expiresAtMs?: number | null
  rotatedTo?: number | null
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

export type UpstreamPatch = Partial<Omit<NewUpstreamKey, 'provider'>> & { encryptedKey?: string }

/** What an operator pays for a model: USD a million tokens, each kind at one rate. */
export interface ModelPrice {
  model: string
  rates: Readonly<Record<'input' | 'output', number>> &
    Readonly<Record<'cached' | 'reasoning' | 'audioInput' | 'audioOutput', number | null>>
}

export interface AuditEntry {
  actor: string
  address: string | null
  action: string
  /** What was touched, e.g. `user:3`; never a secret. */
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
  /** Of all encryption keys that it can open rows with. */
  encryptionKeyIds: readonly string[]
  seenAtMs: number
}

export interface AdminStore extends QuotaAdmin, IdentityStore {
  /** All that `work` does through `step` is kept, or nothing of it if it throws. */
  transaction<T>(work: (step: AdminStore) => Promise<T>): Promise<T>

  createUser(user: NewUser): Promise<User>
  updateUser(id: number, patch: UserPatch): Promise<User | null>
  /** With its keys; its usage records stay. False if there is no such user. */
  deleteUser(id: number): Promise<boolean>
  listUsers(query?: UserQuery): Promise<Listed<User>>
  findUser(username: string): Promise<User | null>
  findUserById(id: number): Promise<User | null>
  /** The user that the gateway's own commands send requests as; made if it is not there yet. */
  systemUser(): Promise<User>
  countActiveAdmins(): Promise<number>

  createApiKey(key: NewApiKey): Promise<ApiKey>
  listApiKeys(query?: KeyQuery): Promise<Listed<ApiKey>>
  findApiKey(id: number): Promise<ApiKey | null>
  /** At most two, which is enough to see that a prefix is not unique. */
  findApiKeysByPrefix(prefix: string): Promise<ApiKey[]>
  /** Null if there is no such key. */
  updateApiKey(id: number, patch: KeyPatch): Promise<ApiKey | null>
  keyActivity(key: ApiKey): Promise<KeyActivityRow>
  recordRefusals(refusals: readonly KeyRefusal[]): Promise<void>
  /** False if there is no such key. */
  revokeApiKey(id: number): Promise<boolean>
  /** As if it had never been; for keys that live for one command. */
  deleteApiKey(id: number): Promise<void>

  /** `seal` gets the new row's id, because the ciphertext is bound to it. */
  createUpstreamKey(key: NewUpstreamKey, seal: (id: number) => string): Promise<UpstreamKey>
  listUpstreamKeys(query?: UpstreamQuery): Promise<Listed<UpstreamKey>>
  /** What of single models at keys is not healthy. */
  listModelStates(): Promise<ModelState[]>
  findUpstreamKey(name: string): Promise<UpstreamKey | null>
  findUpstreamKeyById(id: number): Promise<UpstreamKey | null>
  updateUpstreamKey(id: number, patch: UpstreamPatch): Promise<UpstreamKey | null>
  /** Back to healthy, failures and cooldown cleared, also of its models. False if there is no such row. */
  resetUpstreamKey(id: number): Promise<boolean>
  setUpstreamKeyDisabled(id: number, disabled: boolean): Promise<boolean>
  replaceEncryptedKey(id: number, encryptedKey: string): Promise<boolean>
  removeUpstreamKey(id: number): Promise<boolean>
  /** `digest` names a key for good, without being one. */
  rememberRemoval(digest: string): Promise<void>
  forgetRemoval(digest: string): Promise<void>
  wasRemoved(digest: string): Promise<boolean>

  /** This instance runs, and can open rows with these keys. */
  announceInstance(instance: InstanceRow): Promise<void>
  forgetInstance(instanceId: string): Promise<void>
  /** Instances that have said since then that they run. */
  listInstances(sinceMs: number): Promise<InstanceRow[]>

  summarizeUsage(query: UsageQuery): Promise<UsageSum[]>

  listModels(): Promise<ModelDefinition[]>
  /** In place of what had this name before. */
  saveModel(definition: ModelDefinition): Promise<void>
  /** False if there is no such model. */
  deleteModel(name: string): Promise<boolean>

  listPrices(): Promise<ModelPrice[]>
  /** In place of what was set for this model before. */
  setPrice(price: ModelPrice): Promise<void>
  /** False where none was set. */
  unsetPrice(model: string): Promise<boolean>

  audit(entry: AuditEntry): Promise<void>
  listAudit(query?: AuditQuery): Promise<Listed<AuditRow>>
}
