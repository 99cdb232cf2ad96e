/** Overview, requests, usage, audit, settings, playground of a real gateway with the demo models. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleClient, consoleClient, signedInAdmin, signedInAs } from './console-client.ts'

let gateway: Gateway
let admin: ConsoleClient
let alice: ConsoleClient & { id: number }
let key: { id: number; secret: string }
let requestId = ''

const BODY = { model: 'demo/echo', messages: [{ role: 'user', content: 'hello' }] }

beforeAll(async () => {
  gateway = await startGateway()
  admin = await signedInAdmin(gateway)
  alice = await signedInAs(gateway, admin, { username: 'alice', role: 'user' })
  key = await read(await admin.call('POST', '/keys', { user_id: alice.id, name: 'laptop' }))
  const reply = await waitFor('the key to work', async () => {
    const response = await ask(key.secret)
    return response.status === 200 ? response : null
  })
  requestId = reply.headers.get('x-request-id') ?? ''
  await gateway.usageRow(requestId)
})
afterAll(() => gateway.stop())

const read = async <T>(response: Response): Promise<T> => {
  if (response.status >= 400) throw new Error(await response.text())
  return (await response.json()) as T
}
const ask = (secret: string) =>
  gateway.chat(BODY, {
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
  })
const today = () => {
  const now = Date.now()
  return `from=${new Date(now - 3_600_000).toISOString()}&until=${new Date(now + 60_000).toISOString()}`
}

interface Page {
  items: { request_id: string; username: string; key_name: string }[]
  next_cursor: string | null
}

describe('requests', () => {
  test('are listed with the names of their user and key, a page at a time', async () => {
    for (let more = 0; more < 5; more++) await ask(key.secret)
    await waitFor('all of them', async () => {
      const { items } = await read<Page>(await admin.call('GET', `/requests?${today()}`))
      return items.length >= 6 ? true : null
    })
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const page = await read<Page>(await admin.call('GET', `/requests?${today()}&limit=2${query}`))
      seen.push(...page.items.map(({ request_id }) => request_id))
      cursor = page.next_cursor
    }
    expect(seen.length).toBeGreaterThanOrEqual(6)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toContain(requestId)
  })

  test('are bounded by a range of time', async () => {
    const reply = await admin.call('GET', '/requests')
    expect(reply.status).toBe(400)
  })

  test('are found by their id on any date, and by no stranger', async () => {
    const found = await read<Record<string, unknown>>(
      await admin.call('GET', `/requests/${requestId}`),
    )
    expect(found).toMatchObject({ request_id: requestId, username: 'alice', key_name: 'laptop' })
    expect((await alice.call('GET', `/requests/${requestId}`)).status).toBe(200)
    const mallory = await signedInAs(gateway, admin, { username: 'mallory', role: 'user' })
    expect((await mallory.call('GET', `/requests/${requestId}`)).status).toBe(404)
    const { items } = await read<Page>(await mallory.call('GET', `/requests?${today()}&user_id=1`))
    expect(items).toEqual([])
  })

  test('keep their names when the user is deleted', async () => {
    const gone = await signedInAs(gateway, admin, { username: 'leaver', role: 'user' })
    const made = await read<{ secret: string }>(
      await admin.call('POST', '/keys', { user_id: gone.id, name: 'old laptop' }),
    )
    const reply = await waitFor('the key to work', async () => {
      const response = await ask(made.secret)
      return response.status === 200 ? response : null
    })
    const id = reply.headers.get('x-request-id') ?? ''
    await gateway.usageRow(id)
    expect((await admin.call('DELETE', `/users/${gone.id}`)).status).toBe(204)
    expect(await read(await admin.call('GET', `/requests/${id}`))).toMatchObject({
      username: 'leaver',
      key_name: 'old laptop',
    })
  })
})

describe('usage', () => {
  test('by user equals the sum of its series, in any time zone', async () => {
    for (const zone of ['Asia/Kolkata', 'America/New_York', 'UTC']) {
      await read(await admin.call('PATCH', '/settings', { time_zone: zone }))
      const range = today()
      const total = await read<{ total: { requests: number }; time_zone: string }>(
        await admin.call('GET', `/usage?${range}&by=user`),
      )
      expect(total.time_zone).toBe(zone)
      const days = await read<{ series: { sums: { requests: number }[] }[] }>(
        await admin.call('GET', `/usage/series?${range}&step=day&by=user`),
      )
      const sum = days.series
        .flatMap(({ sums }) => sums)
        .reduce((all, { requests }) => all + requests, 0)
      expect(sum).toBe(total.total.requests)
      expect(sum).toBeGreaterThan(0)
    }
  })

  test('of the running bucket is marked as unfinished, and before the first record is a gap', async () => {
    const from = new Date(Date.now() - 3 * 86_400_000).toISOString()
    const until = new Date(Date.now() + 1000).toISOString()
    const { buckets } = await read<{ buckets: { unfinished: boolean; known: boolean }[] }>(
      await admin.call('GET', `/usage/series?from=${from}&until=${until}&step=day`),
    )
    expect(buckets.at(-1)).toMatchObject({ unfinished: true, known: true })
    expect(buckets[0]).toMatchObject({ unfinished: false, known: false })
  })

  test('users see only their own usage, whatever they ask for', async () => {
    const mine = await read<{ rows: { group: { name: string }[] }[] }>(
      await alice.call('GET', `/usage?${today()}&by=user&user_id=1`),
    )
    expect(mine.rows.map(({ group }) => group[0]?.name)).toEqual(['alice'])
  })

  test('comes as CSV with a byte order mark', async () => {
    const reply = await admin.call('GET', `/usage.csv?${today()}&by=user,model`)
    expect(reply.headers.get('content-disposition')).toContain('usage.csv')
    const bytes = await reply.bytes()
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
    expect(new TextDecoder().decode(bytes)).toContain('alice,demo/echo,')
  })

  test('in too many steps is refused, with the field', async () => {
    const reply = await admin.call(
      'GET',
      '/usage/series?from=2025-12-01T00:00:00Z&until=2026-11-28T00:00:00Z&step=hour',
    )
    expect(await reply.json()).toMatchObject({ error: { param: 'step' } })
  })
})

test('the overview counts requests, and lists what an empty gateway needs', async () => {
  const shown = await read<Record<string, { requests: { value: number } }> & { next_step: string }>(
    await admin.call('GET', '/overview?range=1h'),
  )
  expect(shown.figures?.requests.value).toBeGreaterThan(0)
  expect(shown.next_step).toBe('add_upstream')
})

describe('the audit log', () => {
  test('lists who changed what, with the previous values and without secrets', async () => {
    const { items } = await read<{ items: { action: string; actor: string; address: string }[] }>(
      await admin.call('GET', '/audit?action=key.create'),
    )
    expect(items[0]).toMatchObject({ action: 'key.create', actor: 'admin', address: '127.0.0.1' })
    const csv = await (await admin.call('GET', '/audit.csv')).text()
    expect(csv).toContain('key.create')
    expect(csv).not.toContain(key.secret)
  })
})

describe('settings', () => {
  test('show each variable with its source, and no secret', async () => {
    const { variables } = await read<{
      variables: { name: string; source: string; value: string; locked: boolean }[]
    }>(await admin.call('GET', '/settings'))
    expect(variables.find(({ name }) => name === 'PORT')).toMatchObject({
      source: 'environment',
      locked: true,
    })
    expect(variables.find(({ name }) => name === 'LOG_LEVEL')?.source).toBeDefined()
  })

  test('refuse a time zone that does not exist', async () => {
    const reply = await admin.call('PATCH', '/settings', { time_zone: 'Mars/Olympus' })
    expect(await reply.json()).toMatchObject({ error: { param: 'time_zone' } })
  })
})

describe('the playground', () => {
  test('runs with a key of the signed-in user, and is recorded for it', async () => {
    const reply = await alice.call('POST', `/playground/${key.id}/chat.completions`, BODY)
    expect(reply.status).toBe(200)
    const id = reply.headers.get('x-request-id') ?? ''
    expect(await gateway.usageRow(id)).toMatchObject({ api_key_id: key.id })
  })

  test('streams as /v1 does', async () => {
    const reply = await alice.call('POST', `/playground/${key.id}/chat.completions`, {
      ...BODY,
      stream: true,
    })
    expect(reply.headers.get('content-type')).toContain('text/event-stream')
    expect(await reply.text()).toEndWith('data: [DONE]\n\n')
  })

  test('is limited to what the key allows, and to the caller’s own keys', async () => {
    const narrow = await read<{ id: number }>(
      await admin.call('POST', '/keys', {
        user_id: alice.id,
        name: 'narrow',
        allowed_models: ['other'],
      }),
    )
    const refused = await waitFor('the key to be known', async () => {
      const reply = await alice.call('POST', `/playground/${narrow.id}/chat.completions`, BODY)
      return reply.status === 404 ? null : reply
    })
    expect(refused.status).toBe(403)
    const foreign = await admin.call('POST', `/playground/${key.id}/chat.completions`, BODY)
    expect(foreign.status).toBe(403)
  })
})

test('the holder of a key sees its quota and usage without an account', async () => {
  const reply = await consoleClient(gateway).call('GET', '/key', undefined, {
    authorization: `Bearer ${key.secret}`,
  })
  expect(await read(reply)).toMatchObject({ name: 'laptop', username: 'alice' })
})

test('search matches parts of names, and users find only their own objects', async () => {
  const kinds = async (client: ConsoleClient, q: string) =>
    (
      await read<{ items: { kind: string }[] }>(await client.call('GET', `/search?q=${q}`))
    ).items.map(({ kind }) => kind)
  expect(await kinds(admin, 'ali')).toContain('user')
  expect(await kinds(admin, requestId)).toEqual(['request'])
  expect(await kinds(alice, 'admin')).toEqual([])
})
