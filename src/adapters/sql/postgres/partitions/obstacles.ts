/** What forbids turning `usage_records` into a partitioned table. */
import type { Client } from 'pg'
import { isoTime } from '../../../../core/time/iso-time.ts'
import { newestIn } from './layout.ts'
import { PRESENT } from './session.ts'

/**
 * Objects of an operator that are bound to the table and can't follow its name to another one. Plain views can,
 * see convert.ts.
 */
const BOUND = `
  select 'the owner of the table is another user' as what from pg_class
    where oid = 'usage_records'::regclass and pg_get_userbyid(relowner) <> current_user
  union all select 'the user has no CREATE on the schema ' || relnamespace::regnamespace from pg_class
    where oid = 'usage_records'::regclass and not has_schema_privilege(relnamespace, 'create')
  union all select 'view ' || view.oid::regclass || ' is another user''s'
    from pg_depend join pg_rewrite on pg_rewrite.oid = pg_depend.objid join pg_class as view on view.oid = ev_class
    where pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.refobjid = 'usage_records'::regclass
      and view.relkind = 'v' and pg_get_userbyid(view.relowner) <> current_user
  union all select 'materialized view or rule on ' || view.oid::regclass || ' uses it'
    from pg_depend join pg_rewrite on pg_rewrite.oid = pg_depend.objid join pg_class as view on view.oid = ev_class
    where pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.refobjid = 'usage_records'::regclass
      and view.relkind <> 'v'
  union all select 'view ' || ev_class::regclass || ' needs the primary key'
    from pg_depend join pg_rewrite on pg_rewrite.oid = pg_depend.objid
      join pg_constraint on pg_constraint.oid = pg_depend.refobjid
    where pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.refclassid = 'pg_constraint'::regclass
      and conrelid = 'usage_records'::regclass
  union all select 'foreign key ' || conname from pg_constraint
    where contype = 'f' and 'usage_records'::regclass in (conrelid, confrelid)
  union all select 'trigger ' || tgname from pg_trigger
    where tgrelid = 'usage_records'::regclass and not tgisinternal
  union all select 'row security' from pg_class where oid = 'usage_records'::regclass and relrowsecurity
  union all select 'policy ' || polname from pg_policy where polrelid = 'usage_records'::regclass
  union all select 'publication ' || pubname from pg_publication_tables
    where format('%I.%I', schemaname, tablename)::regclass = 'usage_records'::regclass
  union all select 'function ' || objid::regprocedure from pg_depend
    where classid = 'pg_proc'::regclass and refobjid = 'usage_records'::regclass
  union all select 'inheritance' from pg_inherits where 'usage_records'::regclass in (inhrelid, inhparent)
  order by 1 limit 1`

/** An instance of an earlier version names the key of `usage_records` when it stores, which a partitioned table lacks. */
const EARLIER_VERSIONS = `
  select distinct application_name as name from pg_stat_activity as session
  where datname = current_database() and application_name like 'gpt-proxy serving %' and application_name <> $1
    and not exists (
      select from pg_locks join pg_stat_activity as holder using (pid)
      where locktype = 'advisory' and objsubid = 1
        and (classid::bigint << 32 | objid::bigint) = ${PRESENT}
        and holder.application_name = session.application_name)
  limit 1`

/** The past would reach to the newest record, and stay for as long. */
const MAX_AHEAD_MS = 28 * 86_400_000

/**
 * In words for the log; null if nothing is in the way. All of it is known before the table is read. `program` is this
 * instance's name.
 */
export async function obstacleTo(
  client: Client,
  program: string,
  nowMs: number,
): Promise<string | null> {
  const bound = await client.query<{ what: string }>(BOUND)
  if (bound.rows[0] !== undefined) return bound.rows[0].what
  const newestMs = await newestIn(client)
  if (newestMs !== null && newestMs > nowMs + MAX_AHEAD_MS)
    return `the newest record is of ${isoTime(newestMs)}, more than four weeks ahead`
  const earlier = await client.query<{ name: string }>(EARLIER_VERSIONS, [program])
  return earlier.rows[0] === undefined
    ? null
    : `an instance of an earlier version is connected (${earlier.rows[0].name})`
}
