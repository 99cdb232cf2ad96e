/** Reads and extends the partitions of `usage_records`. */
import type { Client } from 'pg'
import { isoTime } from '../../../../core/time/iso-time.ts'
import { partitionName, type Span, spanInBound } from './weeks.ts'

export interface Partition {
  /** Quoted if necessary. */
  name: string
  /** Null for the default partition. */
  span: Span | null
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
  return rows.map(({ name, bound }) => ({ name, span: spanInBound(bound) }))
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
  await copyPrivileges(client, 'usage_records', name)
}

/** A program that reads each partition on its own, as pg_dump does, needs the privileges of the whole on each. */
export async function copyPrivileges(client: Client, from: string, onto: string): Promise<void> {
  const { rows } = await client.query<{ text: string }>(
    `select format('grant %s%s on ${onto} to %s%s', privilege_type, of_column,
       case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
       case when is_grantable then ' with grant option' else '' end) as text
     from (
       select (aclexplode(relacl)).*, '' as of_column from pg_class where oid = '${from}'::regclass
       union all
       select (aclexplode(attacl)).*, format(' (%I)', attname) from pg_attribute
         where attrelid = '${from}'::regclass and not attisdropped) as granted
     where pg_get_userbyid(grantee) <> current_user`,
  )
  for (const { text } of rows) await client.query(text)
}

/** Records of a span that has no partition are in the default one, and stay there. */
export async function isInDefault(client: Client, { fromMs, untilMs }: Span): Promise<boolean> {
  const { rows } = await client.query(
    'select from usage_records_default where started_at >= $1 and started_at < $2 limit 1',
    [isoTime(fromMs), isoTime(untilMs)],
  )
  return rows.length > 0
}

/** When the newest record started; null if there is none. */
export async function newestIn(client: Client): Promise<number | null> {
  const { rows } = await client.query<{ newest: string | null }>(
    'select max(started_at) as newest from usage_records',
  )
  const newest = rows[0]?.newest ?? null
  if (newest === null) return null
  // A text that is no time is refused by the validation, unless it is before the bound.
  return Date.parse(newest) || 0
}
