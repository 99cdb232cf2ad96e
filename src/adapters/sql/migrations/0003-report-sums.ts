/** Migration 3: coarser sums, so that a report over years reads thousands of rows instead of millions. */
import type { Migration } from 'kysely'
import { createSums, type SumTable } from './sum-table.ts'

/** Named apart from `usage_monthly`, whose rows operators delete to give a quota back. */
const TABLES: readonly SumTable[] = [
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
