/** Migration 3: coarser rollups, so that a report over years reads thousands of rows instead of millions. */
import type { Migration } from 'kysely'
import { type CreatedSumTable, createSums } from '../sum-table.ts'

/** Separate from `usage_monthly`, whose rows operators delete to reset a quota. */
const TABLES: readonly CreatedSumTable[] = [
  {
    table: 'usage_by_month',
    key: [
      ['month', 'text'],
      ['user_id', 'integer'],
      ['api_key_id', 'integer'],
      ['model', 'text'],
      ['upstream', 'text'],
    ],
    period: 'substr(day, 1, 7)',
  },
  {
    table: 'usage_by_day',
    key: [
      ['day', 'text'],
      ['model', 'text'],
      ['upstream', 'text'],
    ],
    period: 'day',
  },
]

export const reportSums: Migration = {
  async up(db) {
    for (const table of TABLES) await createSums(db, table)
  },
}
