/** The tables and columns of the predecessor. Where versions differ, the first name that is there counts. */

export const TABLES = {
  users: ['users'],
  keys: ['api_keys', 'proxy_keys'],
  upstreams: ['upstream_keys'],
  requests: ['usage_records', 'usage_logs', 'usage_log', 'usage_events', 'request_logs', 'usage'],
  days: ['usage_daily', 'daily_usage'],
  months: ['usage_monthly', 'monthly_usage'],
} as const

export type OldTable = keyof typeof TABLES

const TOKENS = {
  promptTokens: ['prompt_tokens', 'input_tokens', 'total_prompt_tokens'],
  completionTokens: ['completion_tokens', 'output_tokens', 'total_completion_tokens'],
  totalTokens: ['total_tokens', 'tokens', 'tokens_used'],
}

/** Of each table: what is read, and from which columns. */
export const COLUMNS = {
  users: {
    id: ['id'],
    username: ['username', 'name', 'email'],
    email: ['email'],
    role: ['role'],
    isAdmin: ['is_admin', 'is_superuser'],
    status: ['status'],
    isActive: ['is_active', 'active', 'enabled'],
    quota: ['monthly_quota_tokens', 'monthly_token_quota', 'quota_tokens'],
  },
  keys: {
    id: ['id'],
    userId: ['user_id'],
    name: ['name', 'description', 'label'],
    hash: ['key_hash', 'hashed_key', 'api_key_hash'],
    plain: ['key', 'api_key', 'token'],
    prefix: ['prefix', 'key_prefix'],
    status: ['status'],
    isActive: ['is_active', 'active', 'enabled'],
    isRevoked: ['revoked', 'is_revoked'],
    allowedModels: ['allowed_models', 'models'],
    rpm: ['rpm', 'rpm_limit', 'rate_limit_rpm', 'rate_limit_per_minute', 'requests_per_minute'],
    tpm: ['tpm', 'tpm_limit', 'rate_limit_tpm', 'tokens_per_minute'],
    expiresAt: ['expires_at'],
  },
  upstreams: {
    id: ['id'],
    name: ['name', 'key_name', 'description'],
    provider: ['provider', 'provider_type'],
    baseUrl: ['base_url', 'api_base', 'endpoint'],
    secret: ['encrypted_key', 'key_encrypted', 'encrypted_api_key', 'api_key_encrypted'],
    status: ['status'],
    isActive: ['is_active', 'active', 'enabled'],
    weight: ['weight'],
    models: ['models', 'supported_models'],
    deployments: ['deployments', 'azure_deployments'],
    deployment: ['deployment_name', 'deployment', 'azure_deployment'],
    apiVersion: ['api_version', 'azure_api_version'],
  },
  requests: {
    ...TOKENS,
    id: ['id', 'request_id'],
    at: ['started_at', 'created_at', 'timestamp', 'requested_at'],
    userId: ['user_id'],
    apiKeyId: ['api_key_id', 'key_id'],
    model: ['model', 'model_name'],
    endpoint: ['endpoint', 'path'],
    stream: ['stream', 'is_stream', 'streaming'],
    status: ['status_code', 'http_status', 'status'],
    durationMs: ['duration_ms', 'latency_ms', 'response_time_ms'],
    costUsd: ['cost_usd', 'cost', 'total_cost'],
  },
  days: { ...TOKENS, userId: ['user_id'], day: ['day', 'date', 'usage_date'] },
  months: { ...TOKENS, userId: ['user_id'], year: ['year'], month: ['month'] },
} as const satisfies Record<OldTable, Record<string, readonly string[]>>

/** Columns about the row itself, or about state that starts afresh here. */
export const NOT_NEEDED =
  /^(id|created_at|updated_at|last_used_at|failure_count|total_(requests|errors)|requests?|request_count|cooldown_until|last_error|last_failure_at|upstream_key_id|request_id)$/

/** Names of providers that differ from ours. */
export const OLD_PROVIDERS: Readonly<Record<string, string>> = {
  azure_openai: 'azure',
  'azure-openai': 'azure',
  azureopenai: 'azure',
  claude: 'anthropic',
  google: 'gemini',
  custom: 'compatible',
  other: 'compatible',
}
