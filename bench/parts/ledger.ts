/** A large ledger, made by SQL alone: as many records as asked for, spread over a year as organisations use models. */
import { Database } from 'bun:sqlite'
import { openSqliteStore } from '../../src/adapters/sql/store.ts'

/**
 * 200 users, 500 keys (some users have several), 12 models, 8 upstream keys. A key uses one to three
 * models; a few keys make most of the requests. A model is served by two upstreams. 2 % fail, 1 % are
 * estimated, a tenth is of a model without a price.
 */
const USERS = 200
const KEYS = 500
const DAYS = 365
const CHUNK = 500_000
const FIRST_DAY = '2026-01-01'

/** Four numbers in [0, 1) that look like chance and are the same at every run. */
const CHANCE = [2654435761, 2246822519, 3266489917, 668265263].map(
  (factor, at) => `((((n + ${at * 977}) * ${factor}) % 4294967296) / 4294967296.0)`,
)

export async function makeLedger(path: string, records: number): Promise<void> {
  const store = await openSqliteStore({ path })
  await store.close()
  const database = new Database(path)
  database.run('PRAGMA synchronous=OFF')
  makeAccounts(database)
  for (let from = 0; from < records; from += CHUNK)
    insertRecords(database, from, Math.min(from + CHUNK, records), records)
  sumUp(database)
  database.run('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
}

const numbers = (from: number, until: number) =>
  `WITH RECURSIVE numbers(n) AS (VALUES(${from}) UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${until})`

function makeAccounts(database: Database): void {
  database.run(
    `${numbers(1, USERS + 1)} INSERT INTO users (id, username) SELECT n, 'user-' || n FROM numbers`,
  )
  database.run(`${numbers(1, KEYS + 1)} INSERT INTO api_keys (id, user_id, name, prefix, key_hash)
    SELECT n, 1 + (n - 1) % ${USERS}, 'key-' || n, 'sk-proxy-' || n, printf('%064x', n) FROM numbers`)
}

function insertRecords(database: Database, from: number, until: number, all: number): void {
  const [who, what, how, size] = CHANCE
  const secondsEach = (DAYS * 86_400) / all
  database.run(`${numbers(from, until)},
    drawn AS (SELECT n, 1 + cast(${KEYS} * ${who} * ${who} * ${who} AS integer) AS key,
      ${what} AS what, ${how} AS how, ${size} AS size FROM numbers),
    asked AS (SELECT *, (key * 5 + cast(3 * what * what AS integer)) % 12 AS model FROM drawn)
    INSERT INTO usage_records (request_id, started_at, user_id, api_key_id, endpoint, model,
      upstream_model, upstream_key_id, upstream, provider, stream, status, outcome, error_code,
      attempts, attempt_log, ambiguous, duration_ms, first_token_ms, prompt_tokens,
      completion_tokens, total_tokens, cached_tokens, reasoning_tokens, audio_tokens, estimated,
      cost_usd)
    SELECT printf('req_%032d', n),
      strftime('%Y-%m-%dT%H:%M:%fZ', '${FIRST_DAY}', (n * ${secondsEach}) || ' seconds'),
      1 + (key - 1) % ${USERS}, key, 'chat/completions', 'model-' || model, 'model-' || model,
      1 + (model + cast(2 * how AS integer)) % 8, 'upstream-' || (1 + (model + cast(2 * how AS integer)) % 8),
      'openai', 1, CASE WHEN how < 0.02 THEN 502 ELSE 200 END,
      CASE WHEN how < 0.02 THEN 'upstream_error' ELSE 'ok' END,
      CASE WHEN how < 0.02 THEN 'upstream_error' END, 1,
      '[{"upstreamKeyId":1,"upstream":"upstream-1","status":200,"failure":null,"ambiguous":false}]',
      0, 900.5 + 1000 * size, 250.25, cast(4000 * size AS integer), cast(800 * how AS integer),
      cast(4000 * size AS integer) + cast(800 * how AS integer), cast(1000 * size AS integer), 0, 0,
      what < 0.01, CASE WHEN model <> 11 THEN 0.01 * size + 0.008 * how END
    FROM asked`)
}

const SUMS = `count(*) AS requests, sum(outcome <> 'ok') AS errors, sum(prompt_tokens) AS prompt_tokens,
  sum(completion_tokens) AS completion_tokens, sum(total_tokens) AS total_tokens,
  sum(cached_tokens) AS cached_tokens, sum(reasoning_tokens) AS reasoning_tokens,
  sum(audio_tokens) AS audio_tokens, sum(estimated) AS estimated_requests,
  sum(cost_usd IS NULL) AS unpriced_requests, coalesce(sum(cost_usd), 0) AS cost_usd`
const SUM_COLUMNS = [...SUMS.matchAll(/AS (\w+)/g)].map(([, name]) => name ?? '')

/** What the gateway keeps with every batch. */
function sumUp(database: Database): void {
  const columns = SUM_COLUMNS.join(', ')
  const sums = SUM_COLUMNS.map((name) => `sum(${name})`).join(', ')
  database.run(`INSERT INTO usage_daily (day, user_id, api_key_id, model, upstream, ${columns})
    SELECT substr(started_at, 1, 10), user_id, api_key_id, model, upstream, ${SUMS}
    FROM usage_records GROUP BY 1, 2, 3, 4, 5`)
  database.run(`INSERT INTO usage_by_month (month, user_id, api_key_id, model, upstream, ${columns})
    SELECT substr(day, 1, 7), user_id, api_key_id, model, upstream, ${sums}
    FROM usage_daily GROUP BY 1, 2, 3, 4, 5`)
  database.run(`INSERT INTO usage_by_day (day, model, upstream, ${columns})
    SELECT day, model, upstream, ${sums} FROM usage_daily GROUP BY 1, 2, 3`)
  database.run(`INSERT INTO usage_by_user (day, user_id, ${columns})
    SELECT day, user_id, ${sums} FROM usage_daily GROUP BY 1, 2`)
}
