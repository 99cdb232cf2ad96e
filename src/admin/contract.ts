/** How entities look to programs outside: the wire types, without hashes and ciphertexts. */
import type { ApiKey, UpstreamKey, User } from '../core/entities.ts'
import type { UsageSummary } from '../ports/admin-store.ts'

export interface UserView {
  id: number
  username: string
  email: string | null
  role: string
  status: string
  monthly_quota_tokens: number | null
}

export interface KeyView {
  id: number
  user_id: number
  name: string
  prefix: string
  status: string
  allowed_models: readonly string[] | null
  expires_at: string | null
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
  api_version: string | null
  status: string
  failure_count: number
  cooldown_until: string | null
  total_requests: number
  total_errors: number
  last_error: string | null
}

export interface UsageView {
  requests: number
  errors: number
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
}

export function userView({
  id,
  username,
  email,
  role,
  status,
  monthlyQuotaTokens,
}: User): UserView {
  return { id, username, email, role, status, monthly_quota_tokens: monthlyQuotaTokens }
}

export function keyView({ id, userId, name, prefix, status, ...key }: ApiKey): KeyView {
  return {
    id,
    user_id: userId,
    name,
    prefix,
    status,
    allowed_models: key.allowedModels,
    expires_at: isoTime(key.expiresAtMs),
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
}: UpstreamKey): UpstreamView {
  return {
    id,
    name,
    provider,
    base_url: key.baseUrl,
    key_hint: key.keyHint,
    weight,
    models,
    deployments,
    api_version: key.apiVersion,
    status: state.status,
    failure_count: state.failureCount,
    cooldown_until: isoTime(state.cooldownUntilMs),
    total_requests: state.totalRequests,
    total_errors: state.totalErrors,
    last_error: state.lastError,
  }
}

export function usageView({
  requests,
  errors,
  promptTokens,
  completionTokens,
  totalTokens,
}: UsageSummary): UsageView {
  return {
    requests,
    errors,
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: totalTokens,
  }
}

function isoTime(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}
