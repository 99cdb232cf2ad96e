/** Upstream keys, for the admin use cases. */
import type { Kysely, Updateable } from 'kysely'
import type { AdminStore, UpstreamPatch } from '../../../admin/store.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import { inTransaction } from '../in-transaction.ts'
import type { ReportProblems } from '../problem-log.ts'
import type { Tables, UpstreamKeysTable } from '../schema/schema.ts'
import { jsonOrNull, jsonUnlessEmpty } from '../values.ts'
import { contains, listed, pageLimit } from './list-page.ts'
import { deleteModelStates, readModelStates } from './model-states.ts'
import { oneRow, type RowProblem, toUpstreamKey } from './rows.ts'

type UpstreamAdmin = Pick<
  AdminStore,
  | 'createUpstreamKey'
  | 'listUpstreamKeys'
  | 'listModelStates'
  | 'findUpstreamKey'
  | 'findUpstreamKeyById'
  | 'updateUpstreamKey'
  | 'resetUpstreamKey'
  | 'setUpstreamKeyDisabled'
  | 'removeUpstreamKey'
>

const HEALTHY = { status: 'healthy', failure_count: 0, cooldown_until: null }

function insertKey(
  db: Kysely<Tables>,
  ...[key, seal]: Parameters<UpstreamAdmin['createUpstreamKey']>
): ReturnType<UpstreamAdmin['createUpstreamKey']> {
  return inTransaction(db, async (step) => {
    const { id } = await step
      .insertInto('upstream_keys')
      .values({
        name: key.name,
        provider: key.provider,
        base_url: key.baseUrl,
        // The ciphertext needs the id; the transaction hides the row until it has both.
        encrypted_key: '',
        key_hint: key.keyHint,
        weight: key.weight,
        models: jsonOrNull(key.models),
        deployments: jsonOrNull(key.deployments),
        headers: jsonOrNull(key.headers),
        api_version: key.apiVersion,
        protocol: key.protocol ?? null,
        max_in_flight: key.maxInFlight ?? null,
        tags: jsonUnlessEmpty(key.tags ?? []),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const row = await step
      .updateTable('upstream_keys')
      .set({ encrypted_key: seal(id) })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    return toUpstreamKey(row)
  })
}

export function createUpstreamAdmin(db: Kysely<Tables>, report: ReportProblems): UpstreamAdmin {
  const update = async (id: number, columns: Updateable<UpstreamKeysTable>): Promise<boolean> => {
    const { numUpdatedRows } = await db
      .updateTable('upstream_keys')
      .set({ ...columns, updated_at: isoTime(Date.now()) })
      .where('id', '=', id)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }
  const rows = () => db.selectFrom('upstream_keys').selectAll()
  const one = async (select: ReturnType<typeof rows>) =>
    oneRow('upstream_keys', await select.executeTakeFirst(), toUpstreamKey)

  return {
    createUpstreamKey: (key, seal) => insertKey(db, key, seal),
    async listUpstreamKeys(query = {}) {
      const { after, provider, status, search } = query
      const limit = pageLimit(query)
      let select = rows()
        .orderBy('id')
        .limit(limit + 1)
      if (after) select = select.where('id', '>', after)
      if (provider) select = select.where('provider', '=', provider)
      if (status) select = select.where('status', '=', status)
      if (search) select = select.where(contains('name', search))
      const nameOf = ({ name }: { name: string }) => name
      const page = { table: 'upstream_keys', toEntity: toUpstreamKey, nameOf, limit, report }
      return listed(await select.execute(), page)
    },
    findUpstreamKey: (name) => one(rows().where('name', '=', name)),
    findUpstreamKeyById: (id) => one(rows().where('id', '=', id)),
    async updateUpstreamKey(id, patch) {
      await update(id, changedColumns(patch))
      return one(rows().where('id', '=', id))
    },
    async listModelStates() {
      const problems: RowProblem[] = []
      const states = await readModelStates(db, problems)
      report(problems)
      return states
    },
    async resetUpstreamKey(id) {
      await deleteModelStates(db, id)
      return update(id, HEALTHY)
    },
    async setUpstreamKeyDisabled(id, disabled) {
      if (disabled) return update(id, { status: 'disabled' })
      // Enabling a key that was not disabled must not end its cooldown.
      const { numUpdatedRows } = await db
        .updateTable('upstream_keys')
        .set({ ...HEALTHY, updated_at: isoTime(Date.now()) })
        .where('id', '=', id)
        .where('status', '=', 'disabled')
        .executeTakeFirst()
      if (numUpdatedRows > 0n) await deleteModelStates(db, id)
      return numUpdatedRows > 0n || update(id, {})
    },
    async removeUpstreamKey(id) {
      const { numDeletedRows } = await db
        .deleteFrom('upstream_keys')
        .where('id', '=', id)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}

function changedColumns(patch: UpstreamPatch): Updateable<UpstreamKeysTable> {
  const { name, baseUrl, weight, models, deployments, headers, apiVersion } = patch
  const { protocol, keyHint, encryptedKey, maxInFlight, tags } = patch
  return {
    ...(name !== undefined && { name }),
    ...(baseUrl !== undefined && { base_url: baseUrl }),
    ...(weight !== undefined && { weight }),
    ...(models !== undefined && { models: jsonOrNull(models) }),
    ...(deployments !== undefined && { deployments: jsonOrNull(deployments) }),
    ...(headers !== undefined && { headers: jsonOrNull(headers) }),
    ...(apiVersion !== undefined && { api_version: apiVersion }),
    ...(protocol !== undefined && { protocol }),
    ...(maxInFlight !== undefined && { max_in_flight: maxInFlight }),
    ...(tags !== undefined && { tags: jsonUnlessEmpty(tags) }),
    ...(keyHint !== undefined && { key_hint: keyHint }),
    ...(encryptedKey !== undefined && { encrypted_key: encryptedKey }),
  }
}
