/** Migration 37: images, seconds, characters and others that a call is paid by besides tokens. */
import type { Migration } from 'kysely'

const TABLES = [
  'usage_records',
  'usage_daily',
  'usage_by_day',
  'usage_by_user',
  'usage_by_month',
  'usage_slots',
  'usage_by_slot',
]
const COLUMNS = [
  ...['images', 'audio_seconds', 'characters', 'video_seconds'],
  ...['searches', 'file_searches', 'code_sessions', 'pages'],
]

export const units: Migration = {
  async up(db) {
    for (const table of TABLES)
      for (const column of COLUMNS)
        await db.schema
          .alterTable(table)
          .addColumn(column, 'double precision', (added) => added.notNull().defaultTo(0))
          .execute()
  },
}
