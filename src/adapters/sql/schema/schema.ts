/** The tables, typed for Kysely. Times are ISO-8601 UTC text, JSON is text, booleans are 0 or 1. */
import type { Generated } from 'kysely'
import type { QuotaTokenField, TokenColumn } from '../../../core/token-kinds.ts'
import type { SummedColumn } from '../../../core/units/summed-fields.ts'
import type { UnitColumn } from '../../../core/units/unit-kinds.ts'
import type { IdentityTables } from './identity-tables.ts'

export interface UsersTable {
  id: Generated<number>
  username: string
  email: string | null
  role: Generated<string>
  status: Generated<string>
  monthly_quota_tokens: number | null
  max_in_flight: number | null
  created_at: Generated<string>
  updated_at: Generated<string>
}

export interface ApiKeysTable {
  id: Generated<number>
  user_id: number
  name: string
  prefix: string
  key_hash: string
  status: Generated<string>
  allowed_models: string | null
  rpm: number | null
  tpm: number | null
  allowed_addresses: string | null
  rotated_to: number | null
  max_in_flight: number | null
  priority: Generated<number>
  tags: string | null
  /** 0 or 1. */
  strict: Generated<number>
  expires_at: string | null
  created_at: Generated<string>
  updated_at: Generated<string>
}

export interface UpstreamKeysTable {
  id: Generated<number>
  name: string
  provider: Generated<string>
  base_url: string
  encrypted_key: string
  key_hint: Generated<string>
  weight: Generated<number>
  models: string | null
  deployments: string | null
  /** JSON object; null if there are none. */
  headers: string | null
  api_version: string | null
  /** `chat` or `responses`; null: the client's own if the host takes it. */
  protocol: string | null
  max_in_flight: number | null
  tags: string | null
  status: Generated<string>
  failure_count: Generated<number>
  total_requests: Generated<number>
  total_errors: Generated<number>
  cooldown_until: string | null
  last_error: string | null
  created_at: Generated<string>
  updated_at: Generated<string>
}

export interface UpstreamModelStatesTable {
  upstream_key_id: number
  model: string
  status: string
  failure_count: Generated<number>
  cooldown_until: string
  last_error: string | null
  updated_at: Generated<string>
}

export interface ModelsTable {
  name: string
  strategy: Generated<string>
  default_parameters: string | null
  set_parameters: string | null
  drop_parameters: string | null
  first_token_ms: number | null
  fallback_on_filter: Generated<number>
  first_token_action: Generated<string>
  created_at: Generated<string>
  updated_at: Generated<string>
}

export interface ModelTargetsTable {
  model: string
  position: number
  upstream: string | null
  target_model: string
  priority: Generated<number>
  weight: number | null
  context_tokens: number | null
  max_in_flight: number | null
  mirror_percent: number | null
  conditions: string | null
}

export interface UsageRecordsTable extends Record<TokenColumn | UnitColumn, number> {
  request_id: string
  started_at: string
  user_id: number
  api_key_id: number
  endpoint: string
  model: string
  upstream_model: string | null
  upstream_key_id: number | null
  upstream: string | null
  provider: string | null
  stream: number
  status: number
  outcome: string
  error_code: string | null
  attempts: number
  attempt_log: string
  ambiguous: number
  duration_ms: number
  first_token_ms: number | null
  estimated: number
  cost_usd: number | null
  reserved_tokens: Generated<number>
}

export interface UsageDailyTable extends Record<SummedColumn, number> {
  day: string
  user_id: number
  api_key_id: number
  model: string
  upstream: string
  requests: number
  errors: number
  estimated_requests: number
  unpriced_requests: number
  cost_usd: number
}

/** Like `usage_daily`, per half hour. */
export interface UsageSlotsTable extends Omit<UsageDailyTable, 'day'> {
  slot: string
}

export interface UsageLatencyTable {
  slot: string
  upstream: string
  bucket: number
  requests: number
}

export interface UsageTimesTable {
  slot: string
  bucket: number
  requests: number
}

export interface PastNamesTable {
  kind: string
  id: number
  name: string
}

export interface UsageMonthlyTable extends Record<TokenColumn<QuotaTokenField>, number> {
  user_id: number
  year: number
  month: number
  requests: number
  unpriced_requests: number
  cost_usd: number
}

export interface QuotaLeasesTable {
  user_id: number
  year: number
  month: number
  instance_id: string
  tokens: number
  updated_at: string
}

export interface ModelPricesTable {
  model: string
  input_usd: number
  output_usd: number
  cached_usd: number | null
  reasoning_usd: number | null
  audio_input_usd: number | null
  audio_output_usd: number | null
}

export interface AuditLogTable {
  id: Generated<number>
  at: Generated<string>
  actor: string
  action: string
  subject: string
  address: string | null
  /** JSON; null if there is nothing to show. */
  before: string | null
  after: string | null
}

export interface InstancesTable {
  instance_id: string
  encryption_key_ids: string
  seen_at: string
}

export interface RemovedUpstreamKeysTable {
  digest: string
}

export interface ApiKeyActivityTable {
  api_key_id: number
  last_used_at: string | null
  last_refused_at: string | null
  last_refusal: string | null
  last_refused_address: string | null
}

export interface VendorObjectsTable {
  kind: string
  object_id: string
  upstream_key_id: number
  user_id: number
  api_key_id: number
  created_at: string
  closed_at: string | null
}

export interface DataKeysTable {
  purpose: string
  sealed_key: string
  updated_at: string
}

export interface StoredResponsesTable {
  response_id: string
  user_id: number
  created_at: string
  expires_at: string
  encrypted_body: string
}

export interface UsageAttemptsTable {
  slot: string
  upstream_key_id: number
  attempts: number
  failures: number
}

export interface Tables extends IdentityTables {
  users: UsersTable
  api_keys: ApiKeysTable
  upstream_keys: UpstreamKeysTable
  upstream_model_states: UpstreamModelStatesTable
  models: ModelsTable
  model_targets: ModelTargetsTable
  usage_records: UsageRecordsTable
  usage_daily: UsageDailyTable
  usage_slots: UsageSlotsTable
  usage_by_slot: Omit<UsageSlotsTable, 'user_id' | 'api_key_id'>
  usage_latency: UsageLatencyTable
  usage_first_token: UsageTimesTable
  usage_overhead: UsageTimesTable
  usage_attempts: UsageAttemptsTable
  past_names: PastNamesTable
  usage_monthly: UsageMonthlyTable
  quota_leases: QuotaLeasesTable
  model_prices: ModelPricesTable
  audit_log: AuditLogTable
  instances: InstancesTable
  removed_upstream_keys: RemovedUpstreamKeysTable
  api_key_activity: ApiKeyActivityTable
  vendor_objects: VendorObjectsTable
  data_keys: DataKeysTable
  stored_responses: StoredResponsesTable
}
