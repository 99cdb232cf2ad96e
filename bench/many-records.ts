/**
 * How long each page of the admin API takes when the embedded store holds many records: fills a store with
 * `RECORDS` requests of 90 days, with their rollups, and asks a gateway over it. Run it alone and niced:
 * `RECORDS=10000000 nice bun bench/many-records.ts FOLDER`. A folder that is filled already is only measured. With
 * `--postgres` after it, the rows are copied into a PostgreSQL of its own, and the gateway is asked over that.
 */
import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { postgresFolder } from '../scripts/needed-programs.ts'
import { openPostgresStore } from '../src/adapters/sql/postgres/open-postgres.ts'
import { readDatabaseUrl } from '../src/core/text/database-address.ts'
import { startPostgres } from '../test/support/servers/postgres-server.ts'
import { copyLedger } from './parts/ledger-on-postgres.ts'
import { EVERYTHING_ON, launchGateway, prepareFolder } from './rig/gateway.ts'

const DAYS = 90
const USERS = 300
const KEYS = 1_000
const MODELS = 40
const UPSTREAMS = 20
const PART = 250_000
const ROUNDS = 5
const SLOT = `substr(started_at, 1, 14) || case when substr(started_at, 15, 2) < '30' then '00' else '30' end`
const TOKENS =
  'sum(prompt_tokens), sum(completion_tokens), sum(total_tokens), sum(cached_tokens), sum(reasoning_tokens), sum(audio_tokens)'
const SUMS = `count(*), sum(outcome not in ('ok', 'aborted')), ${TOKENS}, sum(estimated), sum(cost_usd is null), coalesce(sum(cost_usd), 0)`
const SUM_COLUMNS =
  'requests, errors, prompt_tokens, completion_tokens, total_tokens, cached_tokens, reasoning_tokens, audio_tokens, estimated_requests, unpriced_requests, cost_usd'
const FIGURES = SUM_COLUMNS.split(', ')

function fill(folder: string, records: number): void {
  const db = new Database(join(folder, 'gpt-proxy.sqlite'))
  db.run('PRAGMA synchronous = OFF')
  db.run('PRAGMA cache_size = -500000')
  db.run(`WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < ${USERS})
    INSERT INTO users (username) SELECT 'user-' || i FROM n`)
  db.run(`WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < ${KEYS})
    INSERT INTO api_keys (user_id, name, prefix, key_hash)
    SELECT 1 + i % ${USERS}, 'key ' || i, 'sk-proxy-' || i, printf('%064x', i) FROM n`)
  const startMs = Date.now() - DAYS * 86_400_000
  const stepMs = (DAYS * 86_400_000) / records
  for (let first = 0; first < records; first += PART) {
    const last = Math.min(records, first + PART) - 1
    db.run(recordsSql({ first, last, startMs, stepMs }))
    console.error(`${last + 1} records`)
  }
  fillRollups(db)
  db.run('ANALYZE')
  db.close()
}

interface Part {
  first: number
  last: number
  startMs: number
  stepMs: number
}

/**
 * In the order of time, as a gateway writes them. Twenty keys have four fifths of the requests; a key asks one model at
 * two upstreams; one request in 50 fails, and one model is rare.
 */
function recordsSql({ first, last, startMs, stepMs }: Part): string {
  const at = `(${startMs} + i * ${stepMs}) / 1000.0`
  const key = `(CASE WHEN i % 10 < 8 THEN 1 + i * 7 % 20 ELSE 1 + i * 17 % ${KEYS} END)`
  const model = `CASE WHEN i % 500000 = 7 THEN 'rare' ELSE 'model-' || (${key} % ${MODELS}) END`
  const upstream = `'upstream-' || ((${key} + i / 3 % 2) % ${UPSTREAMS})`
  const failed = 'i % 50 = 3'
  return `WITH RECURSIVE n(i) AS (SELECT ${first} UNION ALL SELECT i + 1 FROM n WHERE i < ${last})
    INSERT INTO usage_records (request_id, started_at, user_id, api_key_id, endpoint, model, upstream_model,
      upstream_key_id, upstream, provider, stream, status, outcome, error_code, attempts, attempt_log, ambiguous,
      duration_ms, first_token_ms, prompt_tokens, completion_tokens, total_tokens, cached_tokens, reasoning_tokens,
      audio_tokens, estimated, cost_usd)
    SELECT printf('req_%016x', i), strftime('%Y-%m-%dT%H:%M:%fZ', ${at}, 'unixepoch'), 1 + ${key} % ${USERS},
      ${key}, 'chat/completions', ${model}, 'm', 1, ${upstream}, 'openai', 1,
      CASE WHEN ${failed} THEN 502 ELSE 200 END, CASE WHEN ${failed} THEN 'upstream_error' ELSE 'ok' END,
      CASE WHEN ${failed} THEN 'upstream_error' END, 1, '[]', 0, 900, 200, 500, 200, 700, 100, 0, 0, 0, 0.002
    FROM n`
}

function fillRollups(db: Database): void {
  const group = "user_id, api_key_id, model, coalesce(upstream, '')"
  const columns = 'user_id, api_key_id, model, upstream'
  db.run(`INSERT INTO usage_slots (slot, ${columns}, ${SUM_COLUMNS})
    SELECT ${SLOT}, ${group}, ${SUMS} FROM usage_records GROUP BY 1, 2, 3, 4, 5`)
  console.error('half hours')
  const sums = FIGURES.map((name) => `sum(${name})`).join(', ')
  const fold = (table: string, keys: string, from: string, source: string) =>
    db.run(
      `INSERT INTO ${table} (${keys}, ${SUM_COLUMNS}) SELECT ${from}, ${sums} FROM ${source} GROUP BY ${from}`,
    )
  fold('usage_by_slot', 'slot, model, upstream', 'slot, model, upstream', 'usage_slots')
  fold('usage_daily', `day, ${columns}`, `substr(slot, 1, 10), ${columns}`, 'usage_slots')
  fold('usage_by_day', 'day, model, upstream', 'day, model, upstream', 'usage_daily')
  fold('usage_by_user', 'day, user_id', 'day, user_id', 'usage_daily')
  fold('usage_by_month', `month, ${columns}`, `substr(day, 1, 7), ${columns}`, 'usage_daily')
  // The times of a half hour are in several buckets.
  db.run(`WITH RECURSIVE b(bucket) AS (SELECT 10 UNION ALL SELECT bucket + 2 FROM b WHERE bucket < 28)
    INSERT INTO usage_latency (slot, upstream, bucket, requests)
    SELECT slot, upstream, bucket, 1 + sum(requests) / 10 FROM usage_slots, b GROUP BY 1, 2, 3`)
  db.run(`INSERT INTO usage_overhead (slot, bucket, requests)
    SELECT slot, bucket, sum(requests) FROM usage_latency GROUP BY 1, 2`)
  db.run('INSERT INTO usage_first_token SELECT * FROM usage_overhead')
}

function pages(): Record<string, string> {
  const at = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString()
  const range = (days: number) => `from=${at(days)}&until=${at(0)}`
  const requests = (more: string) => `/requests?${range(30)}${more}`
  return {
    'overview, 24 hours': '/overview?range=24h',
    'overview, 30 days': '/overview?range=30d',
    requests: requests(''),
    'requests of a user': requests('&user_id=7'),
    'requests of a key': requests('&key_id=7'),
    'requests of a model': requests('&model=model-3'),
    'requests of a rare model': requests('&model=rare'),
    'requests of an unknown model': requests('&model=none'),
    'requests of an upstream': requests('&upstream=upstream-3'),
    'failed requests': requests('&outcome=upstream_error'),
    'lost requests (none)': requests('&outcome=lost'),
    'requests by status 429 (none)': requests('&status=429'),
    'request histogram, 30 days': `/requests/histogram?${range(30)}`,
    'one request': '/requests/req_00000000000003e8',
    'usage by user, 30 days': `/usage?${range(30)}&by=user`,
    'usage by user and model, 30 days': `/usage?${range(30)}&by=user,model`,
    'usage by model over 30 days': `/usage/series?${range(30)}&by=model&step=day`,
    'usage by key over 90 days': `/usage/series?${range(90)}&by=key&step=week`,
    users: '/users',
    keys: '/keys',
    upstreams: '/upstreams',
    models: '/models',
    quotas: '/quotas',
    audit: '/audit',
    settings: '/settings',
    search: '/search?q=user-1',
  }
}

const CONSOLE_TABLES = [
  ...['usage_slots', 'usage_by_slot', 'usage_latency', 'usage_first_token', 'usage_overhead'],
]

/** The same rows in a PostgreSQL of its own. */
async function measureOnPostgres(folder: string): Promise<void> {
  const server = await startPostgres()
  try {
    const url = server.url()
    const read = readDatabaseUrl(url)
    const programs = postgresFolder()
    if (!read.ok || programs === null) throw new Error('no PostgreSQL')
    const store = await openPostgresStore({
      address: read.address,
      poolSize: 2,
      patience: 'command',
    })
    await store.close()
    await copyLedger(join(folder, 'gpt-proxy.sqlite'), programs, url, CONSOLE_TABLES)
    await measure(folder, {
      ...EVERYTHING_ON,
      DATABASE_URL: url,
      ENCRYPTION_KEY_FILE: join(folder, 'encryption.key'),
    })
  } finally {
    await server.close()
  }
}

async function measure(folder: string, settings = EVERYTHING_ON): Promise<void> {
  const gateway = await launchGateway(folder, { settings })
  try {
    const file = await Bun.file(join(folder, 'first-start.env')).text()
    const key = /^ADMIN_KEY=["']?([^"'\n]+)/m.exec(file)?.[1] ?? ''
    for (const [name, path] of Object.entries(pages())) {
      const times: number[] = []
      let status = 0
      for (let round = 0; round < ROUNDS; round++) {
        const startedMs = performance.now()
        const reply = await fetch(`${gateway.origin}/admin/v1${path}`, {
          headers: { authorization: `Bearer ${key}` },
        })
        await reply.text()
        status = reply.status
        times.push(performance.now() - startedMs)
      }
      const [least = 0] = times.toSorted((one, other) => one - other)
      console.log(
        `${name}\t${status}\tfirst ${Math.round(times[0] ?? 0)}\tleast ${Math.round(least)}`,
      )
    }
  } finally {
    await gateway.stop()
  }
}

const [folder, where] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: nice bun bench/many-records.ts FOLDER')
if (!(await Bun.file(join(folder, 'gpt-proxy.sqlite')).exists())) {
  await prepareFolder(folder, [])
  fill(folder, Number(process.env.RECORDS ?? 10_000_000))
}
if (where === '--postgres') await measureOnPostgres(folder)
else await measure(folder)
