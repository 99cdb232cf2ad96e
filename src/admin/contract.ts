/** The public representation of entities: the wire types, without hashes and ciphertexts. */
import type { ApiKey, UpstreamKey, User } from '../core/entities.ts'
import { shownHeaders } from '../core/fixed-headers.ts'
import {
  bySummedColumn,
  SUMMED_FIELDS,
  type SummedColumn,
  summedColumn,
} from '../core/units/summed-fields.ts'
import type { UsageSum } from '../usage/report.ts'
import type { ModelPrice } from './store.ts'

export interface UserView {
  id: number
  username: string
  email: string | null
  role: string
  status: string
  monthly_quota_tokens: number | null
  /** Requests at a time; 0 is unlimited, null uses the configured default. */
  max_in_flight: number | null
}

export interface KeyView {
  id: number
  user_id: number
  name: string
  prefix: string
  status: string
  allowed_models: readonly string[] | null
  /** Per minute; 0 is unlimited, null uses the configured default. */
  rpm: number | null
  tpm: number | null
  /** Requests at a time, likewise. */
  max_in_flight: number | null
  priority: number
  tags: readonly string[]
  strict: boolean
  allowed_addresses: readonly string[] | null
  expires_at: string | null
  /** Id of the key that replaces it. */
  rotated_to: number | null
  created_at: string
}

export interface UpstreamView {
  id: number
  name: string
  provider: string
  base_url: string
  key_hint: string
  weight: number
  models: readonly string[] | null
  deployments: Readonly<Record<string, string>> | null
  /** Values that may be secrets are masked. */
  headers: Readonly<Record<string, string>> | null
  api_version: string | null
  /** `chat` or `responses` if only that format is sent; null: the client's own if the host takes it. */
  protocol: string | null
  max_in_flight: number | null
  tags: readonly string[]
  status: string
  failure_count: number
  cooldown_until: string | null
  total_requests: number
  total_errors: number
  last_error: string | null
}

/** In addition it has the names of its groups: `user`, `model`, `day` … */
export interface UsageView extends Record<SummedColumn, number> {
  requests: number
  errors: number
  estimated_requests: number
  /** Requests without a known price; `cost_usd` is the cost of the others, null if there are none. */
  unpriced_requests: number
  cost_usd: number | null
}

/** In column order. */
export const USAGE_COLUMNS: readonly (keyof UsageView)[] = [
  'requests',
  'errors',
  ...SUMMED_FIELDS.map(summedColumn),
  'estimated_requests',
  'unpriced_requests',
  'cost_usd',
]

/** USD per million tokens; null is charged at the rate of the kind it is part of. */
export interface PriceView {
  model: string
  input_usd: number
  output_usd: number
  cached_usd: number | null
  reasoning_usd: number | null
  audio_input_usd: number | null
  audio_output_usd: number | null
}

export function userView({
  id,
  username,
  email,
  role,
  status,
  monthlyQuotaTokens,
  maxInFlight,
}: User): UserView {
  const limits = { monthly_quota_tokens: monthlyQuotaTokens, max_in_flight: maxInFlight }
  return { id, username, email, role, status, ...limits }
}

export function keyView({
  id,
  userId,
  name,
  prefix,
  status,
  ...key
}: Omit<ApiKey, 'keyHash'>): KeyView {
  return {
    id,
    user_id: userId,
    name,
    prefix,
    status,
    allowed_models: key.allowedModels,
    rpm: key.rpm,
    tpm: key.tpm,
    max_in_flight: key.maxInFlight,
    priority: key.priority,
    tags: key.tags,
    strict: key.strict,
    allowed_addresses: key.allowedAddresses,
    expires_at: isoTime(key.expiresAtMs),
    rotated_to: key.rotatedTo,
    created_at: new Date(key.createdAtMs).toISOString(),
  }
}

export function upstreamView({
  id,
  name,
  provider,
  weight,
  models,
  deployments,
  state,
  ...key
}: Omit<UpstreamKey, 'encryptedKey'>): UpstreamView {
  return {
    id,
    name,
    provider,
    base_url: key.baseUrl,
    key_hint: key.keyHint,
    weight,
    models,
    deployments,
    headers: shownHeaders(key.headers),
    api_version: key.apiVersion,
    protocol: key.protocol,
    max_in_flight: key.maxInFlight,
    tags: key.tags,
    status: state.status,
    failure_count: state.failureCount,
    cooldown_until: isoTime(state.cooldownUntilMs),
    total_requests: state.totalRequests,
    total_errors: state.totalErrors,
    last_error: state.lastError,
  }
}

export function usageView({ group, ...sum }: UsageSum): UsageView & UsageSum['group'] {
  return {
    ...group,
    requests: sum.requests,
    errors: sum.errors,
    ...bySummedColumn((field) => rounded(sum[field])),
    estimated_requests: sum.estimatedRequests,
    unpriced_requests: sum.unpricedRequests,
    cost_usd: sum.costUsd === null ? null : rounded(sum.costUsd),
  }
}

/** Sums of floating-point numbers accumulate rounding noise. */
export function rounded(sum: number): number {
  return Math.round(sum * 1e9) / 1e9
}

export function priceView({ model, rates }: ModelPrice): PriceView {
  return {
    model,
    input_usd: rates.input,
    output_usd: rates.output,
    cached_usd: rates.cached,
    reasoning_usd: rates.reasoning,
    audio_input_usd: rates.audioInput,
    audio_output_usd: rates.audioOutput,
  }
}

function isoTime(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}
