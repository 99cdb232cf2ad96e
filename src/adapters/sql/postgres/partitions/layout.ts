/** Reads and extends the partitions of `usage_records`. */
import type { Client } from 'pg'
import { isoTime } from '../../../../core/time/iso-time.ts'
import { endInBound, partitionName, type Span } from './weeks.ts'

export interface Partition {
  /** Quoted if necessary. */
  name: string
  /** All records are older; null for the default partition. */
  endMs: number | null
}

/** Null if the table is not partitioned. */
export async function readPartitions(client: Client): Promise<Partition[] | null> {
  const table = await client.query<{ relkind: string }>(
    "select relkind from pg_class where oid = 'usage_records'::regclass",
  )
  if (table.rows[0]?.relkind !== 'p') return null
  const { rows } = await client.query<{ name: string; bound: string }>(
    `select child.oid::regclass::text as name, pg_get_expr(child.relpartbound, child.oid) as bound
     from pg_inherits join pg_class as child on child.oid = inhrelid
     where inhparent = 'usage_records'::regclass`,
  )
  return rows.map(({ name, bound }) => ({ name, endMs: endInBound(bound) }))
}

/**
 * Needs a transaction. Attaching it locks the table only against other changes of its partitions, and the default
 * partition for as long as it takes to see that none of its records belong here.
 */
export async function createPartition(client: Client, span: Span): Promise<void> {
  const name = partitionName(span)
  await client.query(
    `create table ${name} (like usage_records including defaults, primary key (request_id))`,
  )
  await client.query(
    `alter table usage_records attach partition ${name}
     for values from ('${isoTime(span.fromMs)}') to ('${isoTime(span.untilMs)}')`,
  )
}

/** Records of a span that has no partition are in the default one, and stay there. */
export async function isInDefault(client: Client, { fromMs, untilMs }: Span): Promise<boolean> {
  const { rows } = await client.query(
    'select from usage_records_default where started_at >= $1 and started_at < $2 limit 1',
    [isoTime(fromMs), isoTime(untilMs)],
  )
  return rows.length > 0
}
