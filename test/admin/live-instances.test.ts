/** One instance shows the requests and refusals of another through Redis, and says if it can't. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type RedisServer, startRedis } from '../support/servers/redis-server.ts'
import { waitFor } from '../support/waiting.ts'

let redis: RedisServer
let folder: string
let one: Gateway
let other: Gateway
beforeAll(async () => {
  redis = await startRedis()
  folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-live-'))
  const env = { REDIS_URL: redis.url }
  one = await startGateway({ dataDir: join(folder, 'one'), env })
  // The same keys, so that both are instances of one installation.
  cpSync(one.dataDir, join(folder, 'other'), { recursive: true })
  other = await startGateway({ dataDir: join(folder, 'other'), env })
}, 60_000)
afterAll(async () => {
  await one.stop()
  await other.stop()
  await redis.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Events as they arrive. */
async function watching(gateway: Gateway): Promise<{ text: () => string; stop: () => void }> {
  const stop = new AbortController()
  const reply = await fetch(`${gateway.origin}/admin/v1/events`, {
    headers: { authorization: `Bearer ${one.adminKey}` },
    signal: stop.signal,
  })
  expect(reply.status).toBe(200)
  let text = ''
  const read = async () => {
    const decoder = new TextDecoder()
    for await (const part of reply.body as unknown as AsyncIterable<Uint8Array>)
      text += decoder.decode(part, { stream: true })
  }
  read().catch(() => {})
  return { text: () => text, stop: () => stop.abort() }
}

const admin = (method: string, path: string, body?: object, at = one) =>
  fetch(`${at.origin}/admin/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${one.adminKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })

async function asked(gateway: Gateway, model = 'demo/echo'): Promise<Response> {
  const reply = await gateway.chat(
    { model, messages: [{ role: 'user', content: 'hi' }] },
    { headers: { authorization: `Bearer ${one.proxyKey}`, 'content-type': 'application/json' } },
  )
  await reply.text()
  return reply
}

async function ask(gateway: Gateway, model?: string): Promise<string> {
  return (await asked(gateway, model)).headers.get('x-request-id') ?? ''
}

test('requests and refusals of the other instance are shown, each once', async () => {
  const view = await watching(one)
  await waitFor('the channel', () => view.text().includes('{"instances":"all"}') || null)
  // The other instance has to hear of the viewer first.
  const shown = async (model?: string) => {
    const id = await ask(other, model)
    return waitFor('the row', () => (view.text().includes(id) ? id : null), 2_000).catch(() => null)
  }
  const id = await waitFor('a row of the other instance', () => shown(), 30_000)
  const refused = await waitFor('a refusal of it', () => shown('no-such-model'), 30_000)
  const own = await ask(one)
  await waitFor('the own row', () => view.text().includes(own) || null)
  for (const each of [id, refused, own]) expect(view.text().split(`"${each}"`)).toHaveLength(2)
  view.stop()
}, 90_000)

test('a refusal at the other instance is in the list, and opened with its figures', async () => {
  const limit = async (rpm: number | null) => {
    const keys = await admin('GET', '/keys')
    const { items } = (await keys.json()) as { items: { id: number; prefix: string }[] }
    const id = items.find(({ prefix }) => one.proxyKey.startsWith(prefix))?.id
    expect((await admin('PATCH', `/keys/${id}`, { rpm }, other)).status).toBe(200)
  }
  await limit(1)
  const refused = await waitFor('a refusal by the limit', async () => {
    const reply = await asked(other)
    return reply.status === 429 ? reply.headers.get('x-request-id') : null
  })
  const detail = await waitFor('it at the first instance', async () => {
    const reply = await admin('GET', `/requests/${refused}`)
    return reply.status === 200
      ? ((await reply.json()) as { refusal: { figures: object[] } })
      : null
  })
  expect(detail.refusal.figures).toContainEqual(
    expect.objectContaining({ limit: 1, refused: true }),
  )
  const from = new Date(Date.now() - 3_600_000).toISOString()
  const until = new Date(Date.now() + 60_000).toISOString()
  const list = await admin('GET', `/requests?from=${from}&until=${until}&outcome=refused`)
  const { items } = (await list.json()) as { items: { request_id: string }[] }
  expect(items.filter(({ request_id }) => request_id === refused)).toHaveLength(1)
  await limit(null)
}, 90_000)

test('without Redis it says that only its own requests are seen, and shows them', async () => {
  const view = await watching(one)
  await redis.stop()
  await waitFor('the notice', () => view.text().includes('{"instances":"own"}') || null)
  const own = await ask(one)
  await waitFor('the own row', () => view.text().includes(own) || null)
  await redis.start()
  const after = view.text().lastIndexOf('"own"')
  await waitFor('the return', () => view.text().indexOf('"all"', after) > 0 || null)
  view.stop()
}, 90_000)
