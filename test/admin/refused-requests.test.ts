/** Requests that are refused before they have a record are listed, with the figures that were compared. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type ConsoleClient, signedInAdmin, signedInAs } from './console-client.ts'

let gateway: Gateway
let admin: ConsoleClient
beforeAll(async () => {
  gateway = await startGateway()
  admin = await signedInAdmin(gateway)
})
afterAll(() => gateway.stop())

interface Row {
  request_id: string
  started_at: string
  outcome: string
  model: string
  key_name: string
  username: string
  error_code: string | null
}

interface Detail extends Row {
  refusal: { message: string; figures: Record<string, unknown>[] } | null
}

const range = () => {
  const at = (offsetMs: number) => new Date(Date.now() + offsetMs).toISOString()
  return `from=${at(-3_600_000)}&until=${at(60_000)}`
}

async function rows(query = '', client = admin): Promise<Row[]> {
  const reply = await client.call('GET', `/requests?${range()}${query}`)
  expect(reply.status).toBe(200)
  return ((await reply.json()) as { items: Row[] }).items
}

async function detail(requestId: string): Promise<Detail> {
  const reply = await admin.call('GET', `/requests/${requestId}`)
  expect(reply.status).toBe(200)
  return (await reply.json()) as Detail
}

/** A key of a new user. */
async function keyFor(username: string, user: object, key: object): Promise<string> {
  const made = (await (await admin.call('POST', '/users', { username, ...user })).json()) as {
    id: number
  }
  const created = await admin.call('POST', '/keys', { user_id: made.id, name: username, ...key })
  return ((await created.json()) as { secret: string }).secret
}

async function ask(secret: string, body: object = {}): Promise<{ status: number; id: string }> {
  const reply = await gateway.chat(
    { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }], ...body },
    { headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' } },
  )
  await reply.text()
  return { status: reply.status, id: reply.headers.get('x-request-id') ?? '' }
}

test('a model that does not exist is listed with its name and the message of the refusal', async () => {
  const { status, id } = await ask(gateway.proxyKey, { model: 'no-such-model' })
  expect(status).toBe(404)
  const row = (await rows()).find(({ request_id }) => request_id === id)
  expect(row).toMatchObject({
    ...{ outcome: 'refused', model: 'no-such-model', error_code: 'model_not_found' },
    username: 'default',
  })
  const { refusal } = await detail(id)
  expect(refusal?.message).toContain('no-such-model')
  expect(refusal?.figures).toEqual([])
})

test('a rate limit shows each limit that was compared, and which one refused', async () => {
  const secret = await keyFor('limited', {}, { rpm: 1, tpm: 100_000 })
  expect((await ask(secret)).status).toBe(200)
  const { status, id } = await ask(secret)
  expect(status).toBe(429)
  const { refusal, key_name: keyName } = await detail(id)
  expect(keyName).toBe('limited')
  expect(refusal?.figures[0]).toMatchObject({
    ...{ measure: 'requests_per_minute', owner: 'this proxy key' },
    ...{ limit: 1, used: 1, asked: 1, refused: true },
  })
  expect(refusal?.figures[1]).toMatchObject({ measure: 'tokens_per_minute', refused: false })
})

test('a quota shows what was used and what the request asked for', async () => {
  const secret = await keyFor('poor', { monthly_quota_tokens: 5 }, {})
  const { status, id } = await ask(secret, { max_tokens: 100 })
  expect(status).toBe(429)
  const [figure] = (await detail(id)).refusal?.figures ?? []
  expect(figure).toMatchObject({
    ...{ measure: 'tokens_per_month', owner: 'user poor', limit: 5, used: 0 },
    ...{ refused: true, wait_ms: null },
  })
  expect(figure?.asked).toBeGreaterThan(100)
})

test('recorded and refused requests share one order, and pages neither lose nor repeat one', async () => {
  const secret = await keyFor('mixed', {}, {})
  const asked: string[] = []
  for (let round = 0; round < 6; round++)
    asked.push((await ask(secret, round % 2 === 0 ? {} : { model: 'missing' })).id)
  for (const [at, id] of asked.entries()) if (at % 2 === 0) await gateway.usageRow(id)
  const keyId = await keyIdOf('mixed')
  const seen: Row[] = []
  let cursor = ''
  do {
    const query = `&key_id=${keyId}&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`
    const page = await admin.call('GET', `/requests?${range()}${query}`)
    const { items, next_cursor: next } = (await page.json()) as {
      items: Row[]
      next_cursor: string | null
    }
    seen.push(...items)
    cursor = next ?? ''
  } while (cursor !== '')
  // Requests of one millisecond are in the order of their ids.
  const places = seen.map(({ started_at, request_id }) => `${started_at} ${request_id}`)
  expect(places).toEqual(places.toSorted().toReversed())
  const idsOf = (some: readonly Row[]) => some.map(({ request_id }) => request_id).toSorted()
  expect(idsOf(seen)).toEqual(asked.toSorted())
  const refused = await rows(`&key_id=${keyId}&outcome=refused`)
  expect(idsOf(refused)).toEqual(asked.filter((_, at) => at % 2 === 1).toSorted())
  expect(await rows(`&key_id=${keyId}&status=404`)).toHaveLength(3)
  expect(await rows(`&key_id=${keyId}&outcome=ok`)).toHaveLength(3)
})

test('users see their own refused requests and no others', async () => {
  const ula = await signedInAs(gateway, admin, { username: 'ula', role: 'user' })
  const { id } = await ask(gateway.proxyKey, { model: 'not-hers' })
  expect((await ula.call('GET', `/requests/${id}`)).status).toBe(404)
  const created = await admin.call('POST', '/keys', { user_id: ula.id, name: 'hers' })
  const { secret } = (await created.json()) as { secret: string }
  const own = await ask(secret, { model: 'hers' })
  const shown = await rows('', ula)
  expect(shown.map(({ request_id }) => request_id)).toEqual([own.id])
})

test('a request with an unknown key is not listed', async () => {
  const { status, id } = await ask('sk-proxy-unknown')
  expect(status).toBe(401)
  expect((await admin.call('GET', `/requests/${id}`)).status).toBe(404)
})

test('a refused request reaches the live view', async () => {
  const stop = new AbortController()
  const key = { authorization: `Bearer ${gateway.adminKey}` }
  const stream = await fetch(`${gateway.origin}/admin/v1/events`, {
    headers: key,
    signal: stop.signal,
  })
  const { id } = await ask(gateway.proxyKey, { model: 'live-missing' })
  const decoder = new TextDecoder()
  let text = ''
  for await (const part of stream.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(part, { stream: true })
    if (text.includes(id)) break
  }
  stop.abort()
  expect(text).toContain('"outcome":"refused"')
})

async function keyIdOf(name: string): Promise<number> {
  const reply = await admin.call('GET', `/keys?search=${name}`)
  const { items } = (await reply.json()) as { items: { id: number }[] }
  return items[0]?.id ?? 0
}
