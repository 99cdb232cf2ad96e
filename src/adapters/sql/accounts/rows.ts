/** Converts database rows to entities. A malformed row is left out, which is the safe choice. */
import type { Selectable } from 'kysely'
import type {
  ApiKey,
  ModelState,
  UpstreamKey,
  UpstreamState,
  User,
} from '../../../core/entities.ts'
import { readFixedHeaders } from '../../../core/fixed-headers.ts'
import { KEY_PROVIDERS, SPOKEN_PROTOCOLS } from '../../../core/providers/providers.ts'
import type {
  ApiKeysTable,
  UpstreamKeysTable,
  UpstreamModelStatesTable,
  UsersTable,
} from '../schema/schema.ts'
import { StoreError } from '../store-error.ts'
import {
  count,
  countOrNull,
  InvalidRowError,
  oneOf,
  textMapOrNull,
  textsOrNull,
  time,
  timeOrNull,
} from '../values.ts'

export function toUser(row: Selectable<UsersTable>): User {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    role: oneOf('role', row.role, ['admin', 'viewer', 'user']),
    status: oneOf('status', row.status, ['active', 'disabled']),
    monthlyQuotaTokens: countOrNull('monthly_quota_tokens', row.monthly_quota_tokens),
    maxInFlight: countOrNull('max_in_flight', row.max_in_flight),
  }
}

export function toApiKey(row: Selectable<ApiKeysTable>): ApiKey {
  if (!/^[0-9a-f]{64}$/.test(row.key_hash)) {
    throw new InvalidRowError('key_hash must be 64 lower-case hex digits (SHA-256 of the key)')
  }
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    prefix: row.prefix,
    keyHash: row.key_hash,
    status: oneOf('status', row.status, ['active', 'revoked']),
    allowedModels: textsOrNull('allowed_models', row.allowed_models),
    rpm: countOrNull('rpm', row.rpm),
    tpm: countOrNull('tpm', row.tpm),
    maxInFlight: countOrNull('max_in_flight', row.max_in_flight),
    priority: count('priority', row.priority),
    tags: textsOrNull('tags', row.tags) ?? [],
    strict: count('strict', row.strict) === 1,
    allowedAddresses: textsOrNull('allowed_addresses', row.allowed_addresses),
    expiresAtMs: timeOrNull('expires_at', row.expires_at),
    rotatedTo: row.rotated_to,
    createdAtMs: time('created_at', row.created_at),
  }
}

export function toUpstreamKey(row: Selectable<UpstreamKeysTable>): UpstreamKey {
  if (!/^https?:$/.test(URL.parse(row.base_url)?.protocol ?? '')) {
    throw new InvalidRowError('base_url must be a URL that begins with https:// or http://')
  }
  return {
    id: row.id,
    name: row.name,
    provider: oneOf('provider', row.provider, KEY_PROVIDERS),
    baseUrl: row.base_url,
    encryptedKey: row.encrypted_key,
    keyHint: row.key_hint,
    weight: count('weight', row.weight),
    models: textsOrNull('models', row.models),
    deployments: textMapOrNull('deployments', row.deployments),
    headers: headersOf(row.headers),
    apiVersion: row.api_version,
    protocol: row.protocol === null ? null : oneOf('protocol', row.protocol, SPOKEN_PROTOCOLS),
    maxInFlight: countOrNull('max_in_flight', row.max_in_flight),
    tags: textsOrNull('tags', row.tags) ?? [],
    state: toUpstreamState(row),
  }
}

function headersOf(value: string | null): UpstreamKey['headers'] {
  const read = readFixedHeaders(textMapOrNull('headers', value))
  if (read.ok) return read.headers
  throw new InvalidRowError(`headers: '${read.name}' can't be a fixed header (${read.problem})`)
}

function toUpstreamState(row: Selectable<UpstreamKeysTable>): UpstreamState {
  return {
    status: oneOf('status', row.status, ['healthy', 'cooldown', 'disabled', 'invalid']),
    failureCount: count('failure_count', row.failure_count),
    totalRequests: count('total_requests', row.total_requests),
    totalErrors: count('total_errors', row.total_errors),
    cooldownUntilMs: timeOrNull('cooldown_until', row.cooldown_until),
    lastError: row.last_error,
  }
}

export function toModelState(row: Selectable<UpstreamModelStatesTable>): ModelState {
  return {
    upstreamKeyId: row.upstream_key_id,
    model: row.model,
    status: oneOf('status', row.status, ['cooldown', 'degraded', 'limited', 'missing']),
    failureCount: count('failure_count', row.failure_count),
    untilMs: time('cooldown_until', row.cooldown_until),
    lastError: row.last_error,
  }
}

/** What is wrong with one row, without its values. */
export interface RowProblem {
  table: string
  row: number
  reason: string
}

export function parseRows<Row extends { id: number }, Entity>(
  table: string,
  rows: readonly Row[],
  toEntity: (row: Row) => Entity,
  problems: RowProblem[],
): Entity[] {
  const entities: Entity[] = []
  for (const row of rows) {
    try {
      entities.push(toEntity(row))
    } catch (error) {
      if (!(error instanceof InvalidRowError)) throw error
      problems.push({ table, row: row.id, reason: error.message })
    }
  }
  return entities
}

/** If a single row was requested, its problem is thrown. */
export function oneRow<Row extends { id: number }, Entity>(
  table: string,
  row: Row | undefined,
  toEntity: (row: Row) => Entity,
): Entity | null {
  if (row === undefined) return null
  const problems: RowProblem[] = []
  const [entity] = parseRows(table, [row], toEntity, problems)
  if (entity !== undefined) return entity
  throw new StoreError(
    `${table} row ${row.id} is malformed: ${problems[0]?.reason ?? ''}`,
    'correct the row with SQL',
  )
}
