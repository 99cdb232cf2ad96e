/** Migration 5: rollups by day and user, so that listing both over a year does not read all of `usage_daily`. */
import type { Migration } from 'kysely'
import { createSums } from '../sum-table.ts'

export const sumsOfUsers: Migration = {
  async up(db) {
    await createSums(db, {
      table: 'usage_by_user',
      key: [
        ['day', 'text'],
        ['user_id', 'integer'],
      ],
      period: 'day',
    })
  },
}
