/** Extra columns of the console's lists: a few statements per page, whatever its size. */
import { type Kysely, sql } from 'kysely'
import type { ConsoleReads, UserFigures } from '../../../admin/console-reads.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { Month } from '../../../core/time/month.ts'
import type { Tables } from '../schema/schema.ts'
import { time } from '../values.ts'

export function createConsoleReads(db: Kysely<Tables>): ConsoleReads {
  return {
    async userFigures(ids, month, leasedSinceMs) {
      const figures = new Map(ids.map((id) => [id, noFigures()]))
      if (ids.length === 0) return figures
      await Promise.all([
        addKeys(db, figures),
        addUsage(db, figures, month),
        addLeases(db, figures, { month, sinceMs: leasedSinceMs }),
      ])
      return figures
    },
    async keyFigures(ids) {
      if (ids.length === 0) return new Map()
      const rows = await db
        .selectFrom('api_keys')
        .leftJoin('users', 'users.id', 'api_keys.user_id')
        .leftJoin('api_key_activity', 'api_key_activity.api_key_id', 'api_keys.id')
        .select(['api_keys.id', 'users.username', 'api_key_activity.last_used_at'])
        .where('api_keys.id', 'in', ids)
        .execute()
      return new Map(
        rows.map((row) => [
          row.id,
          { username: row.username ?? '', lastUsedAtMs: timeOrNever(row.last_used_at) },
        ]),
      )
    },
    async createdAt(table, ids) {
      if (ids.length === 0) return new Map()
      const rows = await db
        .selectFrom(table)
        .select(['id', 'created_at'])
        .where('id', 'in', ids)
        .execute()
      return new Map(rows.map((row) => [row.id, timeOrNever(row.created_at) ?? 0]))
    },
    async lastChange(subject) {
      const row = await db
        .selectFrom('audit_log')
        .select(['actor', 'at'])
        .where('subject', '=', subject)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row === undefined ? null : { actor: row.actor, atMs: time('at', row.at) }
    },
  }
}

type Figures = Map<number, UserFigures>

async function addKeys(db: Kysely<Tables>, figures: Figures): Promise<void> {
  const rows = await db
    .selectFrom('api_keys')
    .leftJoin('api_key_activity', 'api_key_activity.api_key_id', 'api_keys.id')
    .select([
      'api_keys.user_id',
      sql<number>`sum(case when api_keys.status = 'active' then 1 else 0 end)`.as('active'),
      sql<string | null>`max(api_key_activity.last_used_at)`.as('last_used_at'),
    ])
    .where('api_keys.user_id', 'in', [...figures.keys()])
    .groupBy('api_keys.user_id')
    .execute()
  for (const row of rows) {
    const found = figures.get(row.user_id)
    if (found === undefined) continue
    found.activeKeys = Number(row.active)
    found.lastUsedAtMs = timeOrNever(row.last_used_at)
  }
}

async function addUsage(db: Kysely<Tables>, figures: Figures, month: Month): Promise<void> {
  const rows = await db
    .selectFrom('usage_monthly')
    .selectAll()
    .where('user_id', 'in', [...figures.keys()])
    .where('year', '=', month.year)
    .where('month', '=', month.month)
    .execute()
  for (const row of rows) {
    const found = figures.get(row.user_id)
    if (found === undefined) continue
    found.usedTokens = Number(row.total_tokens)
    found.requests = Number(row.requests)
    found.costUsd = row.unpriced_requests === row.requests ? null : row.cost_usd
  }
}

async function addLeases(
  db: Kysely<Tables>,
  figures: Figures,
  { month, sinceMs }: { month: Month; sinceMs: number },
): Promise<void> {
  const rows = await db
    .selectFrom('quota_leases')
    .select(['user_id', sql<number>`sum(tokens)`.as('tokens')])
    .where('user_id', 'in', [...figures.keys()])
    .where('year', '=', month.year)
    .where('month', '=', month.month)
    .where('updated_at', '>=', isoTime(sinceMs))
    .where('tokens', '>', 0)
    .groupBy('user_id')
    .execute()
  for (const row of rows) {
    const found = figures.get(row.user_id)
    if (found !== undefined) found.leasedTokens = Number(row.tokens)
  }
}

function noFigures(): UserFigures {
  return {
    activeKeys: 0,
    lastUsedAtMs: null,
    usedTokens: 0,
    leasedTokens: 0,
    requests: 0,
    costUsd: null,
  }
}

/** An invalid time written by hand must not make the whole list fail. */
function timeOrNever(text: string | null): number | null {
  try {
    return text === null ? null : time('time', text)
  } catch {
    return null
  }
}
