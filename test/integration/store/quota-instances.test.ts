/** Two gateways on one PostgreSQL share a quota: never overspent, none of it out of reach, nothing leaked. */
import { afterAll, expect, test } from 'bun:test'
import { monthOf } from '../../../src/core/time/month.ts'
import { LEASE_COUNTS_MS } from '../../../src/quota/rules.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { chatCompletion, jsonReply } from '../../support/mock/mock-replies.ts'
import { startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { startPostgres } from '../../support/servers/postgres-server.ts'
import { waitFor } from '../../support/waiting.ts'

const ROUNDS = Number(process.env.QUOTA_ROUNDS ?? 5)
const REQUESTS = 500
const LEFT = 10_000
const USED = 100
/** With what the prompt is estimated at. */
const HELD = 104
const MONTH = monthOf(Date.now())
const BODY = JSON.stringify({
  model: 'm',
  messages: [{ role: 'user', content: 'Say hello' }],
  max_tokens: 100,
})

const server = await startPostgres({ settings: ['fsync=off'] })
const database = server.createDatabase()
const usage = { prompt_tokens: 4, completion_tokens: USED - 4, total_tokens: USED }
const answer = () => jsonReply(200, { ...chatCompletion('hello'), usage })
const mock = await startMockUpstream({ script: answer })
const env = {
  DATABASE_URL: server.url(database),
  ENCRYPTION_KEY: '0123456789abcdef'.repeat(4),
  CIRCUIT_BREAKER_THRESHOLD: '1000000',
}
const one = await startGateway({
  env,
  upstreams: [{ name: 'main', baseUrl: mock.url, models: ['m'] }],
})
const other = await startGateway({ env })
const key = one.proxyKey
const running = [one, other]
server.sql('update users set monthly_quota_tokens = 1000', database)
for (const gateway of running) await waitFor('a quota', () => isRefused(gateway))
afterAll(async () => {
  for (const gateway of running) await gateway.stop()
  await mock.close()
  await server.close()
}, 60_000)

const number = (sql: string): number => Number(server.sql(sql, database)[0]?.n ?? 0)
const used = () => number('select coalesce(sum(total_tokens), 0) as n from usage_monthly')
const recorded = () => number('select coalesce(sum(total_tokens), 0) as n from usage_records')
const leased = () => number('select coalesce(sum(tokens), 0) as n from quota_leases')

async function ask({ baseUrl }: Gateway, body = BODY): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const reply = await fetch(`${baseUrl}/chat/completions`, { method: 'POST', headers, body })
  await reply.arrayBuffer()
  return reply
}

/** With enough room for an answer. */
function bodyOf(maxTokens: number): string {
  return JSON.stringify({ ...JSON.parse(BODY), max_tokens: maxTokens })
}

/** Of a request that can never pass. */
async function isRefused(gateway: Gateway): Promise<boolean> {
  return (await ask(gateway, bodyOf(1e9))).status === 429
}

/** The remaining quota, which both know: a request for more can never pass, and says what is left. */
async function leaves(left: number): Promise<void> {
  await waitFor('all to be stored', () => recorded() >= mock.ledger.length * USED)
  server.sql(`update users set monthly_quota_tokens = ${used() + left}`, database)
  for (const gateway of [one, other])
    await waitFor('the quota to be known', async () => {
      const { status, headers } = await ask(gateway, bodyOf(1e9))
      return status === 429 && headers.get('x-gpt-proxy-quota-remaining') === String(left)
    })
}

for (let round = 1; round <= ROUNDS; round++) {
  test(`${REQUESTS} requests at once on two instances get all that is left, and not a token more (round ${round})`, async () => {
    await leaves(LEFT)
    const before = used()
    const replies = await Promise.all(
      Array.from({ length: REQUESTS }, (_, at) => ask(at % 2 === 0 ? one : other)),
    )
    const statuses = replies.map(({ status }) => status)
    const passed = statuses.filter((status) => status === 200).length
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([])
    // Each holds a little more than it uses, so the last of them may not fit any more.
    expect(passed).toBeGreaterThanOrEqual(LEFT / HELD - 1)
    expect(passed).toBeLessThanOrEqual(LEFT / USED)
    await waitFor('all to be stored', () => used() - before === passed * USED, 10_000)
    expect(recorded()).toBe(used())
  }, 60_000)
}

test('the unused lease of a busy instance goes to another instance on request', async () => {
  await leaves(1_000_000)
  const asked: Promise<Response>[] = []
  const busy = setInterval(() => asked.push(ask(one)), 50)
  try {
    await waitFor('a lease', () => leased() > 200_000)
    for (let times = 0; times < 5; times++) {
      const { status } = await ask(other, bodyOf(900_000))
      expect([times, status]).toEqual([times, 200])
    }
  } finally {
    clearInterval(busy)
  }
  for (const { status } of await Promise.all(asked)) expect(status).toBe(200)
}, 60_000)

test('tokens reserved at another instance are waited for, and reported differently from a spent quota', async () => {
  await leaves(10_000)
  const held = Promise.withResolvers<void>()
  mock.script(() => [{ until: held.promise }, ...answer()])
  const from = mock.ledger.length
  const holding = ask(one, bodyOf(6_000))
  try {
    await mock.exchangeArrived(from)
    const refused = await ask(other, bodyOf(7_000))
    expect(refused.status).toBe(429)
    expect(refused.headers.get('x-should-retry')).toBeNull()
    expect(refused.headers.get('retry-after')).toBe('2')
    const waiting = ask(other, bodyOf(7_000))
    mock.script(answer)
    held.resolve()
    expect((await waiting).status).toBe(200)
  } finally {
    mock.script(answer)
    held.resolve()
    await holding
  }
}, 60_000)

test('the lease of an instance that never returns is released for the others', async () => {
  await leaves(10_000)
  const gone = `('gone-for-good', 2, ${MONTH.year}, ${MONTH.month}, 9000, '%')`
  const put = (updatedAt: Date) =>
    server.sql(
      `insert into quota_leases (instance_id, user_id, year, month, tokens, updated_at)
       values ${gone.replace('%', updatedAt.toISOString())}
       on conflict (user_id, year, month, instance_id) do update set updated_at = excluded.updated_at`,
      database,
    )
  put(new Date())
  const refused = await ask(other, bodyOf(7_000))
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '2'])
  put(new Date(Date.now() - LEASE_COUNTS_MS))
  expect((await ask(other, bodyOf(7_000))).status).toBe(200)
  expect((await other.cli(['quota', 'reconcile'])).stdout).toContain('gone-for-good')
  server.sql(`delete from quota_leases where instance_id = 'gone-for-good'`, database)
}, 60_000)

test('instances that stop leave no lease', async () => {
  for (const gateway of running.splice(0)) expect(await gateway.stop()).toBe(0)
  expect(leased()).toBe(0)
  expect(recorded()).toBe(used())
}, 60_000)
