/** The ciphertexts of all tables, for the rotation of the encryption key. */
import type { Kysely } from 'kysely'
import type { AdminStore } from '../../admin/store.ts'
import { isoTime } from '../../core/time/iso-time.ts'
import {
  bindingOf,
  dataKeyBinding,
  SEALED_COLUMNS,
  type SealedColumn,
  type SealedSecret,
  totpBinding,
} from '../../upstreams/vault.ts'
import type { Tables } from './schema/schema.ts'

export function createSealedSecrets(
  db: Kysely<Tables>,
): Pick<AdminStore, 'listSealedSecrets' | 'replaceSealedSecret'> {
  return {
    async listSealedSecrets() {
      const found: SealedSecret[] = []
      for (const column of SEALED_COLUMNS) found.push(...(await secretsIn(db, column)))
      return found
    },
    async replaceSealedSecret({ column, binding, sealed: before }, sealed) {
      const updatedAt = isoTime(Date.now())
      // The old ciphertext is part of the condition: a secret that was just changed must not be put back.
      const update = () => {
        switch (column.table) {
          case 'upstream_keys':
            return db
              .updateTable('upstream_keys')
              .set({ encrypted_key: sealed, updated_at: updatedAt })
              .where('id', '=', binding.row)
              .where('encrypted_key', '=', before)
          case 'data_keys':
            return db
              .updateTable('data_keys')
              .set({ sealed_key: sealed, updated_at: updatedAt })
              .where('purpose', '=', binding.baseUrl)
              .where('sealed_key', '=', before)
          case 'user_credentials':
            return db
              .updateTable('user_credentials')
              .set({ [column.column]: sealed, updated_at: updatedAt })
              .where('user_id', '=', binding.row)
              .where(column.column, '=', before)
        }
      }
      const { numUpdatedRows } = await update().executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}

async function secretsIn(db: Kysely<Tables>, column: SealedColumn): Promise<SealedSecret[]> {
  if (column.table === 'upstream_keys') {
    const rows = await db
      .selectFrom('upstream_keys')
      .select(['id', 'name', 'base_url', 'encrypted_key'])
      .orderBy('id')
      .execute()
    return rows.map(({ id, name, base_url: baseUrl, encrypted_key: sealed }) => ({
      ...{ column, name, sealed, binding: bindingOf({ id, baseUrl }) },
    }))
  }
  if (column.table === 'data_keys') {
    const rows = await db.selectFrom('data_keys').selectAll().orderBy('purpose').execute()
    return rows.map(({ purpose, sealed_key: sealed }) => ({
      ...{ column, name: purpose, sealed, binding: dataKeyBinding(purpose) },
    }))
  }
  const rows = await db
    .selectFrom('user_credentials')
    .innerJoin('users', 'users.id', 'user_credentials.user_id')
    .select(['users.id', 'users.username as name', `${column.column} as sealed`])
    .where(column.column, 'is not', null)
    .orderBy('users.id')
    .execute()
  return rows.map(({ id, name, sealed }) => ({
    ...{ column, name, sealed: sealed ?? '', binding: totpBinding(id) },
  }))
}
