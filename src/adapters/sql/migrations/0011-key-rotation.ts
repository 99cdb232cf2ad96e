/** Migration 11: the networks a key may be used from, and the key that replaces it. */
import type { Migration } from 'kysely'

export const keyRotation: Migration = {
  async up(db) {
    // JSON list of networks, such as ["10.0.0.0/8"]; null allows all.
    await db.schema.alterTable('api_keys').addColumn('allowed_addresses', 'text').execute()
    await db.schema.alterTable('api_keys').addColumn('rotated_to', 'integer').execute()
  },
}
