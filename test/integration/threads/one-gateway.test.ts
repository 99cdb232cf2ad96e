/** A gateway with three threads: limits and records are those of one gateway, whichever thread serves. */
import { afterAll, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { chatCompletion, jsonReply, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'

const mock = await startMockUpstream({ script: () => jsonReply(200, chatCompletion('hello')) })
const gateway = await startGateway({
  upstreams: [{ name: 'mock', baseUrl: mock.url, models: ['m'] }],
  env: { THREADS: '3' },
})
afterAll(async () => {
  await gateway.stop()
  await mock.close()
}, 60_000)

/** On a connection of its own, which the kernel gives to any of the threads. */
const fresh = (key: string, more: object = {}) =>
  fetch(`${gateway.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      connection: 'close',
    },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...more }),
  })

async function admin(path: string, body: object | null = null): Promise<Response> {
  return fetch(`${gateway.origin}${path}`, {
    method: body === null ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${gateway.adminKey}`,
      'content-type': 'application/json',
      connection: 'close',
    },
    ...(body !== null && { body: JSON.stringify(body) }),
  })
}

async function newKey(rights: object): Promise<string> {
  const reply = await admin('/admin/v1/keys', { name: 'k', user_id: 2, ...rights })
  expect(reply.status).toBe(201)
  return ((await reply.json()) as { secret: string }).secret
}

async function statuses(count: number, key: string): Promise<number[]> {
  const replies = await Promise.all(Array.from({ length: count }, () => fresh(key)))
  await Promise.all(replies.map((reply) => reply.arrayBuffer()))
  return replies.map(({ status }) => status)
}

/** Journals that hold a line: one for each thread that served since it last was emptied. */
function threadsOf({ dataDir }: Gateway): number {
  return readdirSync(join(dataDir, 'journal')).filter((name) => name.startsWith('thread-')).length
}

test('each further thread has a journal of its own', () => {
  expect(threadsOf(gateway)).toBe(2)
})

test('a key works on all threads as soon as it was made', async () => {
  for (let round = 0; round < 3; round++) {
    const key = await newKey({})
    expect(await statuses(12, key)).toEqual(Array(12).fill(200))
  }
})

test('a limit of 20 requests a minute lets exactly 20 of 60 pass', async () => {
  const key = await newKey({ rpm: 20 })
  const all = await statuses(60, key)
  expect(all.filter((status) => status === 200)).toHaveLength(20)
  expect(all.filter((status) => status === 429)).toHaveLength(40)
})

test('a cap of 3 requests in flight lets 3 of 12 pass while they last', async () => {
  const key = await newKey({ max_in_flight: 3 })
  const held = Promise.withResolvers<void>()
  mock.script(async () => {
    await held.promise
    return jsonReply(200, chatCompletion('late'))
  })
  const sent = mock.ledger.length
  const asked = Array.from({ length: 12 }, () => fresh(key))
  await waitFor('nine refusals', async () => {
    const over = await Promise.all(
      asked.map((reply) => Promise.race([reply.then(({ status }) => status), Bun.sleep(50)])),
    )
    return over.filter((status) => status === 429).length === 9
  })
  expect(mock.ledger.length - sent).toBe(3)
  held.resolve()
  const ended = await Promise.all(asked)
  expect(ended.filter(({ status }) => status === 200)).toHaveLength(3)
  mock.script(() => jsonReply(200, chatCompletion('hello')))
})

test('each request has one record, and the metrics count all of them', async () => {
  const counted = () => mock.ledger.length
  await waitFor('the records', () => {
    using database = gateway.database()
    const { n } = database.query('select count(*) as n from usage_records').get() as { n: number }
    return n === counted()
  })
  const metrics = await (await admin('/metrics')).text()
  const passed = /gpt_proxy_requests_total\{[^}]*outcome="ok"[^}]*\} (\d+)/.exec(metrics)?.[1]
  expect(Number(passed)).toBe(counted())
})

test('requests that any thread refused are listed, and health is that of all', async () => {
  // Of a flood, each thread shows the first 20 of a quarter of a second.
  await waitFor('refused requests of all threads', async () => {
    const [from, until] = [-3_600_000, 3_600_000].map((ms) =>
      new Date(Date.now() + ms).toISOString(),
    )
    const reply = await admin(
      `/admin/v1/requests?from=${from}&until=${until}&outcome=refused&limit=100`,
    )
    const { items } = (await reply.json()) as { items: unknown[] }
    return items.length >= 20
  })
  for (let time = 0; time < 6; time++)
    expect(await (await admin('/health')).json()).toMatchObject({ status: 'healthy' })
})
