/** Keeps the partitions of `usage_records` on PostgreSQL: converts the table, creates partitions ahead, drops old ones. */
import type { Client } from 'pg'
import type { DatabaseAddress } from '../../../../core/text/database-address.ts'
import { connected } from '../postgres-lock.ts'
import { convert, removeBound } from './convert.ts'
import { createPartition, isInDefault, type Partition, readPartitions } from './layout.ts'
import { obstacleTo } from './obstacles.ts'
import { beginTending, whenFree } from './session.ts'
import { nextStart, spansAhead, type TendOptions } from './weeks.ts'

export interface Tended {
  /** Names of the dropped partitions. */
  dropped: readonly string[]
  /** Why the table is not partitioned yet; null if it is, or if it need not be. */
  obstacle: string | null
}

const NOTHING: Tended = { dropped: [], obstacle: null }
const DAY_MS = 86_400_000

/**
 * Several instances may call this at the same time: one does the work. Without a retention nothing is ever dropped, so
 * a table that is not partitioned stays as it is. `program` is this instance's name in `pg_stat_activity`.
 */
export function tendPartitions(
  address: DatabaseAddress,
  program: string,
  options: TendOptions,
): Promise<Tended> {
  return connected(address, async (client) => {
    if (!(await beginTending(client))) return NOTHING
    const partitions = await readPartitions(client)
    if (partitions !== null) {
      await createAhead(client, partitions, options)
      return { ...NOTHING, dropped: await dropExpired(client, partitions, options) }
    }
    const isClean = await removeBound(client)
    if (options.retentionDays === 0) return NOTHING
    const obstacle = await obstacleTo(client, program)
    if (obstacle !== null) return { ...NOTHING, obstacle }
    const isDone = isClean && (await convert(client, options))
    return isDone ? NOTHING : { ...NOTHING, obstacle: 'others hold locks on the table' }
  })
}

async function createAhead(
  client: Client,
  partitions: readonly Partition[],
  options: TendOptions,
): Promise<void> {
  const lastMs = Math.max(0, ...partitions.map(({ endMs }) => endMs ?? 0))
  for (const span of spansAhead(nextStart(lastMs, options.nowMs), options)) {
    if (await isInDefault(client, span)) continue
    // If a lock is not free now, the next look has four weeks' time.
    if (!(await whenFree(client, () => createPartition(client, span)))) return
  }
}

async function dropExpired(
  client: Client,
  partitions: readonly Partition[],
  { nowMs, retentionDays }: TendOptions,
): Promise<string[]> {
  if (retentionDays === 0) return []
  const beforeMs = nowMs - retentionDays * DAY_MS
  const dropped: string[] = []
  for (const { name, endMs } of partitions) {
    if (endMs === null || endMs > beforeMs) continue
    const isDropped = await whenFree(client, async () => {
      await client.query(`drop table ${name}`)
    })
    if (isDropped) dropped.push(name)
  }
  return dropped
}
