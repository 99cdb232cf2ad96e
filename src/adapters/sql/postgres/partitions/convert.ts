/**
 * Turns the table `usage_records` into the partition of the past under a partitioned table of that name. No row is
 * rewritten. Reading the table once, to see that all rows are before the bound, goes on while records are stored; the
 * exchange of the names takes milliseconds. A gateway that dies midway leaves at most a CHECK, which the next run replaces.
 */
import type { Client } from 'pg'
import { isoTime } from '../../../../core/time/iso-time.ts'
import { copyPrivileges, createPartition, newestIn } from './layout.ts'
import { whenFree } from './session.ts'
import { endOfPast, PAST_BOUND, spansAhead, type TendOptions } from './weeks.ts'

/** False if a lock was not free; the table is then as before. */
export async function convert(client: Client, options: TendOptions): Promise<boolean> {
  const endMs = endOfPast(options.nowMs, await newestIn(client))
  try {
    return (
      (await whenFree(client, () => addBound(client, endMs))) &&
      (await whenFree(client, () => validateBound(client))) &&
      (await whenFree(client, () => exchange(client, endMs, options)))
    )
  } finally {
    await removeBound(client)
  }
}

/** What a conversion that was interrupted has left. False if a lock was not free. */
export async function removeBound(client: Client): Promise<boolean> {
  const { rows } = await client.query(
    `select conrelid::regclass as name from pg_constraint where conname = '${PAST_BOUND}'`,
  )
  const name = rows[0]?.name
  if (name === undefined) return true
  return whenFree(client, async () => {
    await client.query(`alter table ${name} drop constraint ${PAST_BOUND}`)
  })
}

async function addBound(client: Client, endMs: number): Promise<void> {
  await client.query(
    `alter table usage_records add constraint ${PAST_BOUND} check (started_at < '${isoTime(endMs)}') not valid`,
  )
}

async function validateBound(client: Client): Promise<void> {
  await client.query(`alter table usage_records validate constraint ${PAST_BOUND}`)
}

/** Needs a transaction. */
async function exchange(client: Client, endMs: number, options: TendOptions): Promise<void> {
  await client.query('lock table usage_records in access exclusive mode')
  const statements = await kept(client)
  await client.query('alter table usage_records rename to usage_records_past')
  for (const text of await renamings(client)) await client.query(text)
  await client.query(
    'create table usage_records (like usage_records_past including defaults) partition by range (started_at)',
  )
  await copyPrivileges(client, 'usage_records_past', 'usage_records')
  for (const text of statements.indexes) await client.query(text)
  await client.query(
    `alter table usage_records attach partition usage_records_past for values from (minvalue) to ('${isoTime(endMs)}')`,
  )
  await client.query(
    'create table usage_records_default partition of usage_records (primary key (request_id)) default',
  )
  await copyPrivileges(client, 'usage_records', 'usage_records_default')
  for (const span of spansAhead(endMs, options)) await createPartition(client, span)
  for (const text of statements.others) await client.query(text)
}

/** What belongs to the name: indexes, a comment and views, as statements for the new table. */
async function kept(client: Client): Promise<{ indexes: string[]; others: string[] }> {
  const indexes = await textsOf(
    client,
    // A unique index would need the partition key; the primary key is made in each partition instead.
    `select regexp_replace(pg_get_indexdef(indexrelid), ' ON ', ' ON ONLY ') as text
     from pg_index where indrelid = 'usage_records'::regclass and indisvalid and not indisunique`,
  )
  const views = await textsOf(
    client,
    `select distinct format('create or replace view %s %s as %s', view.oid::regclass,
       'with (' || nullif(array_to_string(view.reloptions, ', '), '') || ')', pg_get_viewdef(view.oid)) as text
     from pg_depend join pg_rewrite on pg_rewrite.oid = pg_depend.objid join pg_class as view on view.oid = ev_class
     where pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.refobjid = 'usage_records'::regclass`,
  )
  const comment = await textsOf(
    client,
    `select format('comment on table usage_records is %L', obj_description('usage_records'::regclass)) as text
     where obj_description('usage_records'::regclass) is not null`,
  )
  return { indexes, others: [...views, ...comment] }
}

/** The new table's indexes take the names; those of the past get new ones. */
function renamings(client: Client): Promise<string[]> {
  return textsOf(
    client,
    `select format('alter index %s rename to %I', indexrelid::regclass,
       'usage_records_past' || regexp_replace(relname, '^(usage_records)?_?', '_')) as text
     from pg_index join pg_class on pg_class.oid = indexrelid
     where indrelid = 'usage_records_past'::regclass`,
  )
}

async function textsOf(client: Client, select: string): Promise<string[]> {
  const { rows } = await client.query<{ text: string }>(select)
  return rows.map(({ text }) => text)
}
