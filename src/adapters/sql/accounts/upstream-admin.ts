/** Upstream keys, for the admin use cases. */
import type { Kysely, Updateable } from 'kysely'
import type { AdminStore } from '../../../admin/store.ts'
import { isoTime } from '../../../core/iso-time.ts'
import type { ReportProblems } from '../problem-log.ts'
import type { Tables, UpstreamKeysTable } from '../schema/schema.ts'
import { jsonOrNull } from '../values.ts'
import { parseRows, type RowProblem, toUpstreamKey } from './rows.ts'

type UpstreamAdmin = Pick<
  AdminStore,
  | 'createUpstreamKey'
  | 'listUpstreamKeys'
  | 'resetUpstreamKey'
  | 'setUpstreamKeyDisabled'
  | 'replaceEncryptedKey'
  | 'removeUpstreamKey'
>

const HEALTHY = { status: 'healthy', failure_count: 0, cooldown_until: null }

export function createUpstreamAdmin(db: Kysely<Tables>, report: ReportProblems): UpstreamAdmin {
  const update = async (id: number, columns: Updateable<UpstreamKeysTable>): Promise<boolean> => {
    const { numUpdatedRows } = await db
      .updateTable('upstream_keys')
      .set({ ...columns, updated_at: isoTime(Date.now()) })
      .where('id', '=', id)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  return {
    createUpstreamKey: (key, seal) =>
      db.transaction().execute(async (step) => {
        const { id } = await step
          .insertInto('upstream_keys')
          .values({
            name: key.name,
            provider: key.provider,
            base_url: key.baseUrl,
            // The ciphertext needs the id; the row is seen by nobody before it has it.
            encrypted_key: '',
            key_hint: key.keyHint,
            weight: key.weight,
            models: jsonOrNull(key.models),
            deployments: jsonOrNull(key.deployments),
            api_version: key.apiVersion,
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
      }),
    async listUpstreamKeys() {
      const problems: RowProblem[] = []
      const rows = await db.selectFrom('upstream_keys').selectAll().orderBy('id').execute()
      const keys = parseRows('upstream_keys', rows, toUpstreamKey, problems)
      report(problems)
      return keys
    },
    resetUpstreamKey: (id) => update(id, HEALTHY),
    async setUpstreamKeyDisabled(id, disabled) {
      if (disabled) return update(id, { status: 'disabled' })
      // Enabling a key that was not disabled must not end its cooldown.
      const { numUpdatedRows } = await db
        .updateTable('upstream_keys')
        .set({ ...HEALTHY, updated_at: isoTime(Date.now()) })
        .where('id', '=', id)
        .where('status', '=', 'disabled')
        .executeTakeFirst()
      return numUpdatedRows > 0n || update(id, {})
    },
    replaceEncryptedKey: (id, encryptedKey) => update(id, { encrypted_key: encryptedKey }),
    async removeUpstreamKey(id) {
      const { numDeletedRows } = await db
        .deleteFrom('upstream_keys')
        .where('id', '=', id)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}
