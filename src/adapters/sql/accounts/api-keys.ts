/** Proxy keys, for the admin use cases. */
import { type Kysely, type Selectable, type SelectQueryBuilder, sql, type Updateable } from 'kysely'
import type { AdminStore, KeyPatch } from '../../../admin/store.ts'
import type { KeyQuery } from '../../../admin/store-queries.ts'
import { SYSTEM_USER_ID } from '../../../core/entities.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { ReportProblems } from '../problem-log.ts'
import type { ApiKeysTable, Tables } from '../schema/schema.ts'
import { isoTimeOrNull, jsonOrNull, jsonUnlessEmpty } from '../values.ts'
import { contains, listed, pageLimit } from './list-page.ts'
import { oneRow, toApiKey } from './rows.ts'

type KeySelect = SelectQueryBuilder<Tables, 'api_keys', Selectable<ApiKeysTable>>

type KeyAdmin = Pick<
  AdminStore,
  | 'createApiKey'
  | 'listApiKeys'
  | 'findApiKey'
  | 'findApiKeyByHash'
  | 'findApiKeysByPrefix'
  | 'updateApiKey'
  | 'revokeApiKey'
  | 'supersedeApiKey'
  | 'findPredecessors'
  | 'deleteApiKey'
>

export function createKeyAdmin(db: Kysely<Tables>, report: ReportProblems): KeyAdmin {
  return { ...keyReads(db, report), ...keyWrites(db) }
}

function keyReads(
  db: Kysely<Tables>,
  report: ReportProblems,
): Pick<
  KeyAdmin,
  'listApiKeys' | 'findApiKey' | 'findApiKeyByHash' | 'findApiKeysByPrefix' | 'findPredecessors'
> {
  const keys = () => db.selectFrom('api_keys').selectAll().where('user_id', '!=', SYSTEM_USER_ID)
  return {
    async listApiKeys(query = {}) {
      const { after, userId, status, search } = query
      const limit = pageLimit(query)
      let select = keys()
        .orderBy('id')
        .limit(limit + 1)
      if (after) select = select.where('id', '>', after)
      if (userId !== null && userId !== undefined) select = select.where('user_id', '=', userId)
      select = inState(select, query)
      if (status) select = select.where('status', '=', status)
      if (search)
        select = select.where((where) =>
          where.or([contains('name', search), contains('prefix', search)]),
        )
      const nameOf = ({ name }: { name: string }) => name
      const page = { table: 'api_keys', toEntity: toApiKey, nameOf, limit, report }
      return listed(await select.execute(), page)
    },
    async findApiKey(id) {
      return oneRow('api_keys', await keys().where('id', '=', id).executeTakeFirst(), toApiKey)
    },
    async findApiKeyByHash(keyHash) {
      const row = await keys().where('key_hash', '=', keyHash).executeTakeFirst()
      return oneRow('api_keys', row, toApiKey)
    },
    async findApiKeysByPrefix(prefix) {
      const rows = await keys().where('prefix', '=', prefix).orderBy('id').limit(2).execute()
      return rows.flatMap((row) => oneRow('api_keys', row, toApiKey) ?? [])
    },
    async findPredecessors(id) {
      const rows = await keys()
        .where('rotated_to', '=', id)
        .where('status', '=', 'active')
        .orderBy('id')
        .execute()
      return rows.flatMap((row) => oneRow('api_keys', row, toApiKey) ?? [])
    },
  }
}

function keyWrites(
  db: Kysely<Tables>,
): Pick<
  KeyAdmin,
  'createApiKey' | 'updateApiKey' | 'revokeApiKey' | 'supersedeApiKey' | 'deleteApiKey'
> {
  return {
    async createApiKey(key) {
      const row = await db
        .insertInto('api_keys')
        .values({
          user_id: key.userId,
          name: key.name,
          prefix: key.prefix,
          key_hash: key.keyHash,
          allowed_models: jsonOrNull(key.allowedModels),
          rpm: key.rpm,
          tpm: key.tpm,
          max_in_flight: key.maxInFlight ?? null,
          priority: key.priority ?? 0,
          tags: jsonUnlessEmpty(key.tags ?? []),
          strict: key.strict === true ? 1 : 0,
          allowed_addresses: jsonOrNull(key.allowedAddresses),
          expires_at: isoTimeOrNull(key.expiresAtMs),
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return toApiKey(row)
    },
    async updateApiKey(id, patch) {
      const row = await db
        .updateTable('api_keys')
        .set(changedColumns(patch))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return oneRow('api_keys', row, toApiKey)
    },
    async revokeApiKey(id) {
      const { numUpdatedRows } = await db
        .updateTable('api_keys')
        .set({ status: 'revoked', updated_at: isoTime(Date.now()) })
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    async supersedeApiKey(old, { id, atMs }) {
      const ended =
        atMs === null
          ? ({ status: 'revoked' } as const)
          : { rotated_to: id, expires_at: isoTime(atMs) }
      // Of two rotations at the same time, one changes the row first, and the other one finds it changed.
      const row = await db
        .updateTable('api_keys')
        .set({ ...ended, updated_at: isoTime(Date.now()) })
        .where('id', '=', old.id)
        .where('status', '=', 'active')
        .where(sql`coalesce(rotated_to, 0)`, '=', old.rotatedTo ?? 0)
        .returningAll()
        .executeTakeFirst()
      return oneRow('api_keys', row, toApiKey)
    },
    async deleteApiKey(id) {
      await db.deleteFrom('api_keys').where('id', '=', id).execute()
    },
  }
}

/** Times are text in one format, so they sort chronologically. */
function inState(select: KeySelect, query: KeyQuery): KeySelect {
  const { state, unusedSinceMs, expiresBeforeMs, nowMs = Date.now() } = query
  const now = isoTime(nowMs)
  let found = select
  if (state === 'revoked') found = found.where('status', '=', 'revoked')
  else if (state === 'expired')
    found = found.where('status', '=', 'active').where('expires_at', '<=', now)
  else if (state)
    found = found
      .where('status', '=', 'active')
      .where('rotated_to', state === 'retiring' ? 'is not' : 'is', null)
      .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', now)]))
  if (typeof expiresBeforeMs === 'number')
    found = found
      .where('status', '=', 'active')
      .where('expires_at', '>', now)
      .where('expires_at', '<=', isoTime(expiresBeforeMs))
  if (typeof unusedSinceMs === 'number')
    found = found.where('id', 'not in', (used) =>
      used
        .selectFrom('api_key_activity')
        .select('api_key_id')
        .where('last_used_at', '>', isoTime(unusedSinceMs)),
    )
  return found
}

function changedColumns(patch: KeyPatch): Updateable<ApiKeysTable> {
  const { name, allowedModels, allowedAddresses, rpm, tpm, expiresAtMs, rotatedTo } = patch
  const { maxInFlight, priority, tags, strict } = patch
  return {
    updated_at: isoTime(Date.now()),
    ...(name !== undefined && { name }),
    ...(allowedModels !== undefined && { allowed_models: jsonOrNull(allowedModels) }),
    ...(allowedAddresses !== undefined && { allowed_addresses: jsonOrNull(allowedAddresses) }),
    ...(rotatedTo !== undefined && { rotated_to: rotatedTo }),
    ...(rpm !== undefined && { rpm }),
    ...(tpm !== undefined && { tpm }),
    ...(maxInFlight !== undefined && { max_in_flight: maxInFlight }),
    ...(priority !== undefined && { priority }),
    ...(tags !== undefined && { tags: jsonUnlessEmpty(tags) }),
    ...(strict !== undefined && { strict: strict ? 1 : 0 }),
    ...(expiresAtMs !== undefined && { expires_at: isoTimeOrNull(expiresAtMs) }),
  }
}
