/** The entities of the directory: users, their proxy keys, and the upstream keys. */
import type { ProviderName, SpokenProtocol } from './providers/providers.ts'

/** Viewers see everything that admins see, and change nothing. */
export type UserRole = 'admin' | 'viewer' | 'user'
export type UserStatus = 'active' | 'disabled'
export type ApiKeyStatus = 'active' | 'revoked'
export type UpstreamStatus = 'healthy' | 'cooldown' | 'disabled' | 'invalid'

/** The user that the gateway's own commands send requests as; it appears in no list, report or ledger. */
export const SYSTEM_USER_ID = 0

/** Ids are 32-bit integers in PostgreSQL. */
export const MAX_ROW_ID = 2 ** 31 - 1
/** The highest limit on concurrent requests; no instance has more connections. */
export const MAX_CONCURRENT = 999_999

export interface User {
  id: number
  username: string
  email: string | null
  role: UserRole
  status: UserStatus
  /** Tokens per calendar month (UTC); null uses the configured default, 0 is unlimited. */
  monthlyQuotaTokens: number | null
  /** Requests at a time; null uses the configured default, 0 is unlimited. */
  maxInFlight: number | null
}

export interface ApiKey {
  id: number
  userId: number
  name: string
  /** The first characters of the key, so that people can recognise it. */
  prefix: string
  /** SHA-256 of the whole key, lower-case hex. */
  keyHash: string
  status: ApiKeyStatus
  /** Model names; `*` at the end matches any suffix; null allows all. */
  allowedModels: readonly string[] | null
  rpm: number | null
  tpm: number | null
  /** Requests at a time; null uses the configured default, 0 is unlimited. */
  maxInFlight: number | null
  /** From 0 to 100: of requests that have to wait, those of the highest priority go first. */
  priority: number
  /** Words that the conditions of models name. */
  tags: readonly string[]
  /** A request that would lose something in translation is refused, as with the header `x-gpt-proxy-strict`. */
  strict: boolean
  /** Networks that may use it; null allows any. */
  allowedAddresses: readonly string[] | null
  expiresAtMs: number | null
  /** The key that replaces it; both work until this one expires. */
  rotatedTo: number | null
  createdAtMs: number
}

/** Changes while serving; saved in the background. */
export interface UpstreamState {
  status: UpstreamStatus
  /** Consecutive failures, over all its models. */
  failureCount: number
  totalRequests: number
  totalErrors: number
  cooldownUntilMs: number | null
  /** Redacted; never contains a key. */
  lastError: string | null
}

/** The runtime state of one model of one key; a pair without an entry is healthy. */
export interface ModelState {
  upstreamKeyId: number
  /** The upstream's name for it. */
  model: string
  /** `degraded` and `missing` ones are used only if nothing better is available. */
  status: 'cooldown' | 'degraded' | 'limited' | 'missing'
  failureCount: number
  untilMs: number
  /** Redacted; never contains a key. */
  lastError: string | null
}

export interface UpstreamKey {
  id: number
  name: string
  provider: ProviderName
  /** Without a trailing slash, e.g. `https://api.openai.com/v1` or `https://NAME.openai.azure.com`. */
  baseUrl: string
  encryptedKey: string
  /** The last characters of the key, so that people can recognise it. */
  keyHint: string
  weight: number
  /** The models it serves; null serves any model (not for azure). */
  models: readonly string[] | null
  /** Azure: model → deployment. Elsewhere: model → the upstream's own model name. */
  deployments: Readonly<Record<string, string>> | null
  /** Sent with every request to it; names in lower case, null if there are none. */
  headers: Readonly<Record<string, string>> | null
  apiVersion: string | null
  /** The only format in which conversations are sent to it; null: the client's own if the host takes it. */
  protocol: SpokenProtocol | null
  /** Requests at a time; null and 0 are unlimited. */
  maxInFlight: number | null
  /** Words that the targets of models name. */
  tags: readonly string[]
  state: UpstreamState
}

/** A target of a public model name: one model, at the provider keys that `upstream` names. */
export interface ModelTarget {
  /**
   * A key's name, a prefix followed by `*`, a provider, or `#` followed by a tag of keys; null: the most specific
   * keys for the model.
   */
  upstream: string | null
  /** The model at the upstream, before a key's own deployments rename it. */
  model: string
  /** Lower values are tried first. */
  priority: number
  /** Its share among targets of the same priority; null: the sum of its keys' weights. */
  weight: number | null
  /** The context window in tokens; null: unknown. */
  contextTokens: number | null
  /** Requests at a time; null and 0 are unlimited. */
  maxInFlight: number | null
  /** It gets a copy of this percentage of the requests, and its answers are dropped; null: an ordinary target. */
  mirrorPercent: number | null
  /** It takes requests that meet all of them, e.g. `tag:premium` or `max-tokens:4000` (routing/conditions.ts). */
  conditions: readonly string[]
}

export const STRATEGIES = ['priority', 'latency', 'cost', 'sticky'] as const
export type Strategy = (typeof STRATEGIES)[number]

/**
 * What follows a late first token: `replace` cancels the late target and asks the next one; `hedge` asks the next
 * one as well, and takes the answer that begins first.
 */
export const FIRST_TOKEN_ACTIONS = ['replace', 'hedge'] as const
export type FirstTokenAction = (typeof FIRST_TOKEN_ACTIONS)[number]

/** Changes to the fields of a request before it is forwarded. */
export interface ModelParameters {
  /** Added if the request does not have them. */
  default: Readonly<Record<string, unknown>>
  /** Set, whatever the request has. */
  set: Readonly<Record<string, unknown>>
  /** Removed. */
  drop: readonly string[]
}

/** A public model name that an operator defined. */
export interface ModelDefinition {
  name: string
  strategy: Strategy
  targets: readonly ModelTarget[]
  parameters: ModelParameters
  /** How long to wait for a target's first token while another one could serve; null: the configured time. */
  firstTokenMs: number | null
  firstTokenAction: FirstTokenAction
  /** Whether the next target is tried after a content filter has rejected the prompt. */
  fallbackOnFilter: boolean
}

/** The operator's price for a model: USD per million tokens, one rate for each kind. */
export interface ModelPrice {
  model: string
  rates: Readonly<Record<'input' | 'output', number>> &
    Readonly<Record<'cached' | 'reasoning' | 'audioInput' | 'audioOutput', number | null>>
}

/** Everything needed to decide about a request, as one consistent snapshot of the store. */
export interface DirectoryRows {
  users: readonly User[]
  apiKeys: readonly ApiKey[]
  upstreamKeys: readonly UpstreamKey[]
  modelStates: readonly ModelState[]
  models: readonly ModelDefinition[]
  /** Names of models whose definition can't be read: what they mean is not known. Absent: none. */
  malformedModels?: readonly string[]
  prices: readonly ModelPrice[]
}
