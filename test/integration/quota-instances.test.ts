/** Two gateways on one PostgreSQL share one nearly spent quota: never overspent, never leaked, in any round. */
import { afterAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { chatCompletion, jsonReply } from '../support/mock-replies.ts'
import { startMockUpstream } from '../support/mock-upstream.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { waitFor } from '../support/waiting.ts'

/** By hand: 50, as the long variant asks for. */
const ROUNDS = Number(process.env.QUOTA_ROUNDS ?? 5)
const REQUESTS = 500
const LEFT = 10_000
const USED = 100
const BODY = JSON.stringify({
  model: 'm',
  messages: [{ role: 'user', content: 'Say hello' }],
  max_tokens: 100,
})

const server = await startPostgres({ settings: ['fsync=off'] })
const database = server.createDatabase()
const usage = { prompt_tokens: 4, completion_tokens: USED - 4, total_tokens: USED }
const mock = await startMockUpstream({
  script: () => jsonReply(200, { ...chatCompletion('hello'), usage }),
})
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
afterAll(async () => {
  await one.stop()
  await other.stop()
  await mock.close()
  await server.close()
}, 30_000)

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

/** Both know the quota, and nothing is on lease. */
async function knownToBoth(left: number): Promise<void> {
  server.sql(`update users set monthly_quota_tokens = ${used() + left}`, database)
  const tooMuch = JSON.stringify({ ...JSON.parse(BODY), max_tokens: LEFT * 10 })
  for (const gateway of [one, other]) {
    await waitFor('the quota to be known', async () => {
      const reply = await ask(gateway, tooMuch)
      return reply.status === 429 && reply.headers.get('x-gpt-proxy-quota-remaining') !== '0'
    })
    await waitFor('the lease to be given back', () => leased() === 0, 10_000)
  }
}

for (let round = 1; round <= ROUNDS; round++) {
  test(`${REQUESTS} requests at once on two instances overspend nothing and leak nothing (round ${round})`, async () => {
    await knownToBoth(LEFT)
    const before = used()
    const statuses = await Promise.all(
      Array.from(
        { length: REQUESTS },
        async (_, at) => (await ask(at % 2 === 0 ? one : other)).status,
      ),
    )
    const passed = statuses.filter((status) => status === 200).length
    expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([])
    expect(passed).toBeGreaterThan(LEFT / USED / 2)
    await waitFor('all to be stored', () => used() - before === passed * USED, 10_000)
    expect(used() - before).toBeLessThanOrEqual(LEFT)
    expect(recorded()).toBe(used())
    await waitFor('no lease to be left', () => leased() === 0, 10_000)
  }, 60_000)
}
