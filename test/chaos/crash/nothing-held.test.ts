/**
 * Three instances on one PostgreSQL and one Redis, under requests that fail, hang, are left, hedged, mirrored and rescued,
 * while one instance is killed and started again: afterwards no slot, place in line or lease is held, each cap is whole
 * again, and the quota is charged what the records say. `HELD_SECONDS=120` is the long form.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { SESSION_LASTS_MS } from '../../../src/adapters/redis/slot-scripts.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { type MockUpstream, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'
import { type RedisServer, startRedis } from '../../support/servers/redis-server.ts'
import { chat } from '../../support/spoken/chat.ts'
import { storyOf, storyteller } from '../../support/spoken/storyteller.ts'
import { waitFor } from '../../support/waiting.ts'
import { brokenAt, seeded } from '../provider-faults/random-faults.ts'
import { refusal, sound } from '../provider-faults/replies.ts'

const SECONDS = Number(process.env.HELD_SECONDS ?? 5)
const SEED = Number(process.env.HELD_SEED ?? Date.now() % 1_000_000)
const CLIENTS = 16
const CAP = 10
const STORY = storyOf(20)
const random = seeded(SEED)

let postgres: PostgresServer
let database: string
let redis: RedisServer
let mock: MockUpstream
let env: Record<string, string>
let key = ''
const instances: Gateway[] = []
/** Nothing fails any more, and all answers wait for the promise. */
let sober: Promise<unknown> | null = null

beforeAll(async () => {
  ;[postgres, redis, mock] = await Promise.all([
    startPostgres({ settings: ['fsync=off'] }),
    startRedis(),
    startMockUpstream(),
  ])
  database = postgres.createDatabase()
  mock.script((exchange) => {
    const body = JSON.parse(exchange.body)
    const asked = {
      format: chat,
      stream: body.stream === true,
      answer: storyteller(STORY).answer(chat, body),
    }
    if (sober !== null) return [{ until: sober }, ...sound(asked)]
    const fate = random()
    if (fate < 0.1) return refusal(chat, 503, 'busy')
    if (fate < 0.25) return brokenAt(asked, random(), 'rst')
    if (fate < 0.35) return brokenAt(asked, random(), 'stall')
    return [{ waitMs: Math.floor(random() * 150) }, ...sound(asked)]
  })
  env = {
    DATABASE_URL: postgres.url(database),
    REDIS_URL: redis.url,
    ENCRYPTION_KEY: '0123456789abcdef'.repeat(4),
    ...{ CIRCUIT_BREAKER_THRESHOLD: '1000000', DRAIN_SECONDS: '2', QUEUE_TIMEOUT_MS: '300' },
    ...{ UPSTREAM_IDLE_TIMEOUT_MS: '500', UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '1000' },
  }
  const upstreams = ['one', 'two', 'copies'].map((name) => ({
    ...{ name, key: `sk-${name}-h7Kq2Zt9Wv4`, provider: 'compatible' as const, models: ['m'] },
    baseUrl: `http://127.0.0.1:${mock.port}/${name}/v1`,
  }))
  const first = await startGateway({ env, upstreams })
  instances.push(first)
  const targets = [
    'm@one,max-in-flight=6',
    'm@two,priority=1,max-in-flight=6',
    'm@copies,mirror=20',
  ]
  const model = targets.flatMap((target) => ['--target', target])
  const late = ['--first-token-ms', '60', '--hedge']
  const done = await first.cli(['model', 'set', 'fast', ...model, ...late])
  expect([done.exitCode, done.stderr]).toEqual([0, ''])
  await first.cli(['quota', 'set', 'default', '100000000'])
  key = (await first.cli(['key', 'create', 'default', '--max-in-flight', `${CAP}`])).stdout.trim()
  instances.push(await startGateway({ env }), await startGateway({ env }))
}, 120_000)
afterAll(async () => {
  mock.dropConnections()
  for (const instance of instances) await instance.stop()
  await mock.close()
  await redis.close()
  await postgres.close()
}, 60_000)

async function ask(at: number, more: object, init: RequestInit = {}): Promise<number> {
  const { baseUrl } = instances[at] as Gateway
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...chat.question('fast', false), max_tokens: 100, ...more }),
    ...init,
  })
  await response.text()
  return response.status
}

async function client(isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const leaves = random() < 0.3 ? { signal: AbortSignal.timeout(1 + random() * 200) } : {}
    const at = Math.floor(random() * instances.length)
    const status = await ask(at, { stream: random() < 0.7 }, leaves).catch(() => 0)
    if (status !== 200) await Bun.sleep(5)
  }
}

const number = (sql: string) => Number(postgres.sql(sql, database)[0]?.n ?? 0)
const keysOf = (pattern: string) =>
  redis
    .cli('--raw', 'KEYS', pattern)
    .split('\n')
    .filter((name) => name !== '')

/** Those of sessions that are over count no more. */
function slotsInRedis(): number {
  const names = keysOf('in_flight:*')
  let count = 0
  for (const name of names.filter((each) => !each.startsWith('in_flight:session:'))) {
    const fields = redis.cli('--raw', 'HGETALL', name).split('\n')
    for (let at = 0; at + 1 < fields.length; at += 2)
      if (names.includes(`in_flight:session:${fields[at]}`)) count += Number(fields[at + 1])
  }
  return count
}

/** Those of an instance that was killed are dropped when they come to the front. */
function waitingInRedis(): string[] {
  const sessions = keysOf('in_flight:session:*').map((name) => name.split(':')[2])
  const waiting = keysOf('in_line:*').flatMap((name) =>
    redis.cli('--raw', 'ZRANGE', name, '0', '-1').split('\n'),
  )
  return waiting.filter((name) => sessions.includes(name.split(':')[0]))
}

test(
  'nothing is held once all requests are over',
  async () => {
    let endMs = Number.POSITIVE_INFINITY
    const clients = Array.from({ length: CLIENTS }, () => client(() => performance.now() > endMs))
    await waitFor('requests of all kinds', () => mock.ledger.length >= 100, 60_000)
    const killed = instances[2] as Gateway
    killed.signal('SIGKILL')
    await killed.exited
    instances[2] = await startGateway({ env, dataDir: killed.dataDir })
    endMs = performance.now() + (SECONDS * 1000) / 2
    await Promise.all(clients)
    mock.dropConnections()

    // What the killed instance had counts until its session ends.
    const isFree = () => slotsInRedis() === 0 && waitingInRedis().length === 0
    await waitFor('all slots and places in line to be free', isFree, SESSION_LASTS_MS + 20_000)

    // The cap is whole: exactly so many pass at a time, over all instances.
    const held = Promise.withResolvers<void>()
    sober = held.promise
    const last = Array.from({ length: CAP }, (_, at) => ask(at % 3, { model: 'm' }))
    await waitFor('a full cap', () => slotsInRedis() === CAP)
    // An instance whose Redis is late counts alone for a moment.
    const refused = async () => {
      const signal = AbortSignal.timeout(5_000)
      return (await ask(1, { model: 'm' }, { signal }).catch(() => 0)) === 429
    }
    await waitFor('a refusal', refused)
    held.resolve()
    expect(await Promise.all(last)).toEqual(Array(CAP).fill(200))

    const records = number('select count(*) as n from usage_records')
    console.log(`seed ${SEED}: ${records} records, ${mock.ledger.length} requests to upstreams`)
    for (const instance of instances) expect(await instance.stop()).toBe(0)
    expect(number('select coalesce(sum(tokens), 0) as n from quota_leases')).toBe(0)
    const charged = number('select coalesce(sum(total_tokens), 0) as n from usage_monthly')
    expect(number('select coalesce(sum(total_tokens), 0) as n from usage_records')).toBe(charged)
    instances.length = 0
  },
  120_000 + SECONDS * 1000,
)
