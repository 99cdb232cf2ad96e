/**
 * Migration 8: repairs malformed rows and rejects new ones, also from other programs. A row that was unused because
 * it could not be read must not gain power by its repair: such users are disabled, such keys revoked or
 * disabled. Only an empty limit, which an earlier version wrote for "default", becomes the default.
 */
import { type Kysely, type Migration, sql } from 'kysely'
import type { DialectWords } from '../sql-dialect.ts'
import { addChecks } from './row-checks-sqlite.ts'

/** The values a column may hold, in each database's SQL. */
interface Rule {
  column: string
  sqlite: string
  postgres: string
  /** Replaces any other value. */
  repair: string
}

interface TableRules {
  table: string
  /** As the audit log names it. */
  subject: string
  /** What a repaired row is set to. */
  disable: string
  rules: readonly Rule[]
}

const oneOf = (column: string, words: readonly string[], repair: string): Rule => {
  const list = `${column} in (${words.map((word) => `'${word}'`).join(', ')})`
  return { column, sqlite: list, postgres: list, repair }
}

const number = (column: string, repair = 'null'): Rule => ({
  column,
  sqlite: `${column} is null or (typeof(${column}) = 'integer' and ${column} >= 0)`,
  postgres: `${column} >= 0`,
  repair,
})

const time = (column: string): Rule => ({
  column,
  sqlite: `${column} is null or ${column} glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'`,
  postgres: `${column} ~ '^\\d{4}-\\d\\d-\\d\\d'`,
  repair: 'null',
})

const json = (column: string, type: 'array' | 'object', repair: string): Rule => ({
  column,
  // Not "and", whose operands SQLite may evaluate in any order.
  sqlite: `${column} is null or case when json_valid(${column}) then json_type(${column}) = '${type}' else 0 end`,
  // Text that is not JSON fails in the cast, which rejects it as well.
  postgres: `jsonb_typeof(${column}::jsonb) = '${type}'`,
  repair,
})

const TABLES: readonly TableRules[] = [
  {
    table: 'users',
    subject: 'user',
    disable: "status = 'disabled'",
    rules: [
      oneOf('role', ['admin', 'user', 'viewer'], "'user'"),
      number('monthly_quota_tokens'),
      oneOf('status', ['active', 'disabled'], "'disabled'"),
    ],
  },
  {
    table: 'api_keys',
    subject: 'key',
    disable: "status = 'revoked'",
    rules: [
      {
        column: 'key_hash',
        sqlite: "length(key_hash) = 64 and key_hash not glob '*[^0-9a-f]*'",
        postgres: "key_hash ~ '^[0-9a-f]{64}$'",
        repair:
          "substr('0000000000000000000000000000000000000000000000000000000000000000' || id, -64)",
      },
      json('allowed_models', 'array', "'[]'"),
      number('rpm'),
      number('tpm'),
      time('expires_at'),
      oneOf('status', ['active', 'revoked'], "'revoked'"),
    ],
  },
  {
    table: 'upstream_keys',
    subject: 'upstream',
    disable: "status = 'disabled'",
    rules: [
      {
        column: 'base_url',
        sqlite: "base_url glob 'https://?*' or base_url glob 'http://?*'",
        postgres: "base_url ~ '^https?://.'",
        repair: "'https://malformed.invalid/' || base_url",
      },
      json('models', 'array', "'[]'"),
      json('deployments', 'object', "'{}'"),
      number('weight', '1'),
      number('failure_count', '0'),
      number('total_requests', '0'),
      number('total_errors', '0'),
      time('cooldown_until'),
      oneOf('status', ['healthy', 'cooldown', 'disabled', 'invalid'], "'disabled'"),
    ],
  },
]

type Dialect = 'sqlite' | 'postgres'

/** An empty limit is how version 0.1.0 stored "default"; only possible in SQLite. */
async function restoreDefaults(db: Kysely<unknown>): Promise<void> {
  for (const [table, subject, column] of [
    ['api_keys', 'key', 'rpm'],
    ['api_keys', 'key', 'tpm'],
    ['users', 'user', 'monthly_quota_tokens'],
  ] as const) {
    await audit(db, { table, subject, column, condition: `${column} = ''` })
    await sql.raw(`update ${table} set ${column} = null where ${column} = ''`).execute(db)
  }
}

async function repair(
  db: Kysely<unknown>,
  { table, subject, disable, rules }: TableRules,
  dialect: Dialect,
) {
  for (const rule of rules) {
    const wrong = `not coalesce((${await holds(db, table, rule, dialect)}), true)`
    await audit(db, { table, subject, column: rule.column, condition: wrong })
    const changes = [`${rule.column} = ${repairValue(rule, dialect)}`]
    if (!disable.startsWith(rule.column)) changes.push(disable)
    await sql.raw(`update ${table} set ${changes.join(', ')} where ${wrong}`).execute(db)
  }
}

/** Checked in code, because PostgreSQL's cast to JSON would fail on the very rows to be found. */
async function holds(
  db: Kysely<unknown>,
  table: string,
  rule: Rule,
  dialect: Dialect,
): Promise<string> {
  if (dialect === 'sqlite' || !rule.postgres.includes('::jsonb')) return rule[dialect]
  const { rows } = await sql
    .raw<{ id: number; value: string }>(
      `select id, ${rule.column} as value from ${table} where ${rule.column} is not null`,
    )
    .execute(db)
  const wanted = rule.postgres.includes("'array'")
  const wrong = rows.filter(({ value }) => isArray(value) !== wanted).map(({ id }) => Number(id))
  return wrong.length === 0 ? 'true' : `id not in (${wrong.join(', ')})`
}

/** Null if it is neither an array nor an object. */
function isArray(text: string): boolean | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? Array.isArray(value) : null
  } catch {
    return null
  }
}

function repairValue({ repair: value }: Rule, dialect: Dialect): string {
  return dialect === 'postgres' ? value.replace(/, -64\)$/, ', length(id::text) + 1)') : value
}

interface Audited {
  table: string
  subject: string
  column: string
  /** Selects the rows to repair. */
  condition: string
}

/** Keeps the values from before the repair readable. */
async function audit(
  db: Kysely<unknown>,
  { table, subject, column, condition }: Audited,
): Promise<void> {
  const text = `coalesce(cast(${column} as text), '')`
  const escaped = `replace(replace(${text}, '\\', '\\\\'), '"', '\\"')`
  await sql
    .raw(
      `insert into audit_log (actor, action, subject, before)
       select 'migration', 'row.repair', '${subject}:' || id, '{"${column}":"' || ${escaped} || '"}'
       from ${table} where ${condition}`,
    )
    .execute(db)
}

export function rowChecks({ name }: Pick<DialectWords, 'name'>): Migration {
  const dialect: Dialect = name === 'SQLite' ? 'sqlite' : 'postgres'
  return {
    async up(db) {
      if (dialect === 'sqlite') await restoreDefaults(db)
      for (const rules of TABLES) await repair(db, rules, dialect)
      if (dialect === 'sqlite') {
        const checked = TABLES.map(({ table, rules }) => ({
          table,
          checks: rules.map((rule) => rule.sqlite),
        }))
        await addChecks(db, checked)
        return
      }
      for (const { table, rules } of TABLES)
        for (const { column, postgres } of rules)
          await sql
            .raw(`alter table ${table} add constraint ${table}_${column}_check check (${postgres})`)
            .execute(db)
    },
  }
}
