/** The entities of the directory: users, their proxy keys, and the upstream keys. */
import type { ProviderName } from './providers.ts'

/** Viewers see all that admins see, and change nothing. */
export type UserRole = 'admin' | 'viewer' | 'user'
export type UserStatus = 'active' | 'disabled'
export type ApiKeyStatus = 'active' | 'revoked'
export type UpstreamStatus = 'healthy' | 'cooldown' | 'disabled' | 'invalid'
export type Provider = ProviderName

/** The user that the gateway's own commands send requests as: in no list, no report and no ledger. */
export const SYSTEM_USER_ID = 0

export interface User {
  id: number
  username: string
  email: string | null
  role: UserRole
  status: UserStatus
  /** Tokens a calendar month (UTC); null takes the configured default, 0 is no quota. */
  monthlyQuotaTokens: number | null
}

export interface ApiKey {
  id: number
  userId: number
  name: string
  /** The first characters of the key, for people to recognise it. */
  prefix: string
  /** SHA-256 of the whole key, lower-case hex. */
  keyHash: string
  status: ApiKeyStatus
  /** Model names, `*` at the end matches any rest; null allows all. */
  allowedModels: readonly string[] | null
  rpm: number | null
  tpm: number | null
  /** Networks that may use it; null is everywhere. */
  allowedAddresses: readonly string[] | null
  expiresAtMs: number | null
  /** The key that replaces it, which works beside it until it expires. */
  rotatedTo: number | null
  createdAtMs: number
}

/** What changes while serving; persisted behind the request. */
export interface UpstreamState {
  status: UpstreamStatus
  /** Consecutive failures, of all its models. */
  failureCount: number
  totalRequests: number
  totalErrors: number
  cooldownUntilMs: number | null
  /** Redacted; never holds a key. */
  lastError: string | null
}

/** The running state of one model at one key; a pair without one is healthy. */
export interface ModelState {
  upstreamKeyId: number
  /** Its name there. */
  model: string
  /** `degraded` and `missing` ones are used only if nothing better is left. */
  status: 'cooldown' | 'degraded' | 'limited' | 'missing'
  failureCount: number
  untilMs: number
  /** Redacted; never holds a key. */
  lastError: string | null
}

export interface UpstreamKey {
  id: number
  name: string
  provider: Provider
  /** Without a trailing slash, e.g. `https://api.openai.com/v1` or `https://NAME.openai.azure.com`. */
  baseUrl: string
  encryptedKey: string
  /** The last characters of the key, for people to recognise it. */
  keyHint: string
  weight: number
  /** Models served; null serves any model (not for azure). */
  models: readonly string[] | null
  /** Azure: model → deployment. Elsewhere: model → the upstream's own model name. */
  deployments: Readonly<Record<string, string>> | null
  apiVersion: string | null
  state: UpstreamState
}

/** Where a public model name may go: one model at the provider keys that `upstream` names. */
export interface ModelTarget {
  /** A key's name, its beginning followed by `*`, or a provider; null: the most specific keys for the model. */
  upstream: string | null
  /** The model there, before a key's own deployments rename it. */
  model: string
  /** Lower ones first. */
  priority: number
  /** Among targets of one priority; null: as much as its keys weigh together. */
  weight: number | null
  /** The most tokens that it can read and write together; null: unknown. */
  contextTokens: number | null
}

export type Strategy = 'priority' | 'latency' | 'sticky'

/** What is done with the fields of a request before it is sent on. */
export interface ModelParameters {
  /** Added if the request lacks them. */
  default: Readonly<Record<string, unknown>>
  /** Set whatever the request says. */
  set: Readonly<Record<string, unknown>>
  /** Taken out. */
  drop: readonly string[]
}

/** A public model name that an operator defined. */
export interface ModelDefinition {
  name: string
  strategy: Strategy
  targets: readonly ModelTarget[]
  parameters: ModelParameters
  /** How long a target may take for its first token while another one could serve; null: the configured time. */
  firstTokenMs: number | null
  /** Whether a filtered prompt is shown to the next target. */
  fallbackOnFilter: boolean
}

/** Everything a request needs to be decided, as one consistent reading of the store. */
export interface DirectoryRows {
  users: readonly User[]
  apiKeys: readonly ApiKey[]
  upstreamKeys: readonly UpstreamKey[]
  modelStates: readonly ModelState[]
  models: readonly ModelDefinition[]
}
