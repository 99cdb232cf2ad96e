/** Keeps the partitions of `usage_records` on PostgreSQL: converts the table, creates partitions ahead, drops old ones. */
import type { Client } from 'pg'
import type { DatabaseAddress } from '../../../../core/text/database-address.ts'
import { connected } from '../postgres-lock.ts'
import { convert, removeBound } from './convert.ts'
import { createPartition, isInDefault, type Partition, readPartitions } from './layout.ts'
import { obstacleTo } from './obstacles.ts'
import { beginTending, whenFree } from './session.ts'
import { missingSpans, type TendOptions } from './weeks.ts'

export interface Tended {
  /** Names of the dropped partitions. */
  dropped: readonly string[]
  /** Why the table is not partitioned yet, or a partition not changed; null if all is as it should be. */
  obstacle: string | null
}

const NOTHING: Tended = { dropped: [], obstacle: null }
const LOCKED = 'others hold locks on the table'
const CLOCKS = 'the clocks of the gateway and of the database differ by more than an hour'
const DAY_MS = 86_400_000

const HOUR_MS = 3_600_000
/** A conversion that failed has read the whole table: the next one is an hour later. */
const RETRY_MS = HOUR_MS

export type TendPartitions = (options: TendOptions) => Promise<Tended | null>

/**
 * Several instances may tend at the same time: one does the work, and the others get null. Without a retention nothing is
 * ever dropped, so a table that is not partitioned stays as it is. `program` is this instance's name in `pg_stat_activity`.
 */
export function tendingOf(address: DatabaseAddress, program: string): TendPartitions {
  let failed: { atMs: number; error: string } | null = null

  const convertUnless = async (client: Client, options: TendOptions): Promise<string | null> => {
    if (failed !== null && Math.abs(options.nowMs - failed.atMs) < RETRY_MS)
      return `the conversion has failed and is tried again an hour later: ${failed.error}`
    const obstacle = await obstacleTo(client, program, options.nowMs)
    if (obstacle !== null) return obstacle
    try {
      return (await convert(client, options)) ? null : LOCKED
    } catch (error) {
      failed = { atMs: options.nowMs, error: String(error) }
      throw error
    }
  }
  return (given) =>
    connected(address, async (client) => {
      if (!(await beginTending(client))) return null
      const partitions = await readPartitions(client)
      const isClean = partitions !== null || (await removeBound(client))
      const nowMs = given.databaseNowMs ?? (await databaseNow(client))
      if (Math.abs(nowMs - given.nowMs) > HOUR_MS) return { ...NOTHING, obstacle: CLOCKS }
      // All instances use the clock that they share.
      const options = { ...given, nowMs }
      if (partitions !== null) return changed(client, partitions, options)
      if (options.retentionDays === 0) return NOTHING
      return { ...NOTHING, obstacle: isClean ? await convertUnless(client, options) : LOCKED }
    })
}

async function databaseNow(client: Client): Promise<number> {
  const { rows } = await client.query(
    'select extract(epoch from clock_timestamp()) * 1000 as now_ms',
  )
  return Number(rows[0]?.now_ms)
}

/** A partition that can't be created or dropped does not keep the others from it. */
async function changed(
  client: Client,
  partitions: readonly Partition[],
  options: TendOptions,
): Promise<Tended> {
  const errors: string[] = []
  const attempt = (work: () => Promise<void>) =>
    whenFree(client, work).catch((error) => {
      errors.push(String(error))
      return false
    })
  const spans = partitions.flatMap(({ span }) => (span === null ? [] : [span]))
  // If a lock is not free now, the next look has four weeks' time.
  for (const span of missingSpans(spans, options))
    await attempt(async () => {
      if (!(await isInDefault(client, span))) await createPartition(client, span)
    })
  const dropped: string[] = []
  for (const name of expired(partitions, options)) {
    const isDropped = await attempt(async () => {
      await client.query(`drop table ${name}`)
    })
    if (isDropped) dropped.push(name)
  }
  return { dropped, obstacle: errors[0] ?? null }
}

function expired(
  partitions: readonly Partition[],
  { nowMs, retentionDays }: TendOptions,
): string[] {
  if (retentionDays === 0) return []
  const beforeMs = nowMs - retentionDays * DAY_MS
  return partitions
    .filter(({ span }) => span !== null && span.untilMs <= beforeMs)
    .map(({ name }) => name)
}
