/** Users and keys by the admin API: made once, shown once, changed without overwriting others, rotated. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleClient, signedInAdmin, signedInAs } from './console-client.ts'

interface KeyReply {
  id: number
  name: string
  secret: string | null
  replayed: boolean
  state: string
  rotated_to: number | null
  rpm: number | null
}

let gateway: Gateway
let admin: ConsoleClient
let alice: ConsoleClient & { id: number }

beforeAll(async () => {
  gateway = await startGateway()
  admin = await signedInAdmin(gateway)
  alice = await signedInAs(gateway, admin, { username: 'alice', role: 'user' })
})
afterAll(() => gateway.stop())

const errorOf = async (response: Response) =>
  ((await response.json()) as { error: Record<string, unknown> }).error
const keyOf = async (response: Response) => (await response.json()) as KeyReply

async function createKey(rights: object = {}): Promise<KeyReply> {
  return keyOf(await admin.call('POST', '/keys', { user_id: alice.id, name: 'laptop', ...rights }))
}

const chatWith = (secret: string | null) =>
  gateway.chat(
    { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] },
    { headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' } },
  )

const answers = (secret: string | null, status: number) =>
  waitFor(`a reply with ${status}`, async () =>
    (await chatWith(secret)).status === status ? true : null,
  )

describe('a creation', () => {
  test('two requests with one Idempotency-Key create one key and show its secret once', async () => {
    const body = { user_id: alice.id, name: 'twice' }
    const headers = { 'idempotency-key': 'double-click' }
    const replies = await Promise.all([1, 2].map(() => admin.call('POST', '/keys', body, headers)))
    const keys = await Promise.all(replies.map(keyOf))
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 201])
    expect(keys[0]?.id).toBe(keys[1]?.id as number)
    expect(keys.filter(({ secret }) => secret !== null)).toHaveLength(1)
    expect(keys.filter(({ replayed }) => replayed)).toHaveLength(1)
    const secret = keys.find((key) => key.secret !== null)?.secret ?? ''
    using database = gateway.database()
    const stored = JSON.stringify(database.query('select * from creations').all())
    expect(stored).not.toContain(secret)
  })

  test('with an Idempotency-Key of a different request is a conflict', async () => {
    const headers = { 'idempotency-key': 'other-body' }
    await admin.call('POST', '/keys', { user_id: alice.id, name: 'one' }, headers)
    const other = await admin.call('POST', '/keys', { user_id: alice.id, name: 'two' }, headers)
    expect(other.status).toBe(409)
    expect(await errorOf(other)).toMatchObject({ code: 'idempotency_mismatch' })
  })

  test('with invalid input names every field', async () => {
    const reply = await admin.call('POST', '/keys', {
      user_id: alice.id,
      name: '',
      rpm: -1,
      surprise: true,
    })
    expect(reply.status).toBe(400)
    const { fields } = await errorOf(reply)
    expect((fields as { field: string }[]).map(({ field }) => field).sort()).toEqual([
      'name',
      'rpm',
      'surprise',
    ])
  })

  test('works at once, and its secret is nowhere in the audit log', async () => {
    const { secret } = await createKey()
    expect((await chatWith(secret)).status).toBe(200)
    using database = gateway.database()
    const log = JSON.stringify(database.query('select * from audit_log').all())
    expect(log).toContain('key.create')
    expect(log).not.toContain(secret ?? '')
  })
})

describe('a change', () => {
  test('based on an outdated version is refused, naming who made the other change', async () => {
    const { id } = await createKey()
    const read = await admin.call('GET', `/keys/${id}`)
    const etag = read.headers.get('etag') ?? ''
    const first = await admin.call('PATCH', `/keys/${id}`, { rpm: 5 }, { 'if-match': etag })
    expect(first.status).toBe(200)
    const second = await admin.call('PATCH', `/keys/${id}`, { rpm: 9 }, { 'if-match': etag })
    expect(second.status).toBe(412)
    expect(await errorOf(second)).toMatchObject({ code: 'version_conflict', changed_by: 'admin' })
    const newer = first.headers.get('etag') ?? ''
    const third = await admin.call('PATCH', `/keys/${id}`, { rpm: 9 }, { 'if-match': newer })
    expect(third.status).toBe(200)
  })

  test('keeps fields that are not sent, and clears fields sent as null', async () => {
    const { id } = await createKey({ rpm: 60, allowed_models: ['demo/echo'] })
    const changed = await admin.call('PATCH', `/keys/${id}`, { allowed_models: null, rpm: 0 })
    expect(await changed.json()).toMatchObject({ allowed_models: null, rpm: 0, name: 'laptop' })
    const cleared = await admin.call('PATCH', `/keys/${id}`, { rpm: null })
    expect(await cleared.json()).toMatchObject({ rpm: null })
  })
})

describe('a rotation', () => {
  test('with a grace period keeps both keys valid, and names the replacement', async () => {
    const old = await createKey()
    const rotated = await keyOf(
      await admin.call('POST', `/keys/${old.id}/rotate`, { grace_seconds: 3600 }),
    )
    await answers(rotated.secret, 200)
    await answers(old.secret, 200)
    const now = await keyOf(await admin.call('GET', `/keys/${old.id}`))
    expect(now).toMatchObject({ state: 'retiring', rotated_to: rotated.id })
  })

  test('without one ends the old key at once', async () => {
    const old = await createKey()
    const rotated = await keyOf(await admin.call('POST', `/keys/${old.id}/rotate`, {}))
    expect((await chatWith(old.secret)).status).toBe(401)
    expect((await chatWith(rotated.secret)).status).toBe(200)
  })

  test('is not created twice when its response was lost', async () => {
    const old = await createKey()
    const headers = { 'idempotency-key': 'lost-reply' }
    const path = `/keys/${old.id}/rotate`
    const first = await keyOf(await admin.call('POST', path, { grace_seconds: 60 }, headers))
    const second = await keyOf(await admin.call('POST', path, { grace_seconds: 60 }, headers))
    expect(second).toMatchObject({ id: first.id, secret: null, replayed: true })
  })
})

describe('a user who rotates repeatedly', () => {
  const rotate = (id: number, grace: number) =>
    alice.call('POST', `/keys/${id}/rotate`, { grace_seconds: grace })
  const working = async (name: string) => {
    const { items } = (await (await alice.call('GET', '/keys?limit=100')).json()) as {
      items: KeyReply[]
    }
    return items
      .filter((key) => key.name === name && ['active', 'retiring'].includes(key.state))
      .map(({ id }) => id)
  }

  test('has at most one old key in grace, however the keys are rotated', async () => {
    const first = await createKey({ name: 'chain' })
    const second = await keyOf(await rotate(first.id, 3600))
    const again = await rotate(first.id, 3600)
    expect([again.status, (await errorOf(again)).code]).toEqual([409, 'key_rotated'])
    const longer = await rotate(second.id, 3600)
    expect([longer.status, (await errorOf(longer)).code]).toEqual([409, 'key_in_grace'])
    // A leaked key can always be replaced at once; the key in grace then belongs to its successor.
    const third = await keyOf(await rotate(second.id, 0))
    expect((await rotate(third.id, 3600)).status).toBe(409)
    expect(await working('chain')).toEqual([first.id, third.id])
    await alice.call('POST', `/keys/${first.id}/revoke`)
    const fourth = await keyOf(await rotate(third.id, 3600))
    expect(await working('chain')).toEqual([third.id, fourth.id])
  })

  test.each([0, 3600])(
    'gets one key of ten rotations at the same time (grace: %d)',
    async (grace) => {
      const name = `race ${grace}`
      const { id } = await createKey({ name })
      const replies = await Promise.all(Array.from({ length: 10 }, () => rotate(id, grace)))
      const statuses = replies.map(({ status }) => status)
      expect(statuses.filter((status) => status === 201)).toHaveLength(1)
      expect(statuses.filter((status) => status === 409)).toHaveLength(9)
      expect(await working(name)).toHaveLength(grace === 0 ? 1 : 2)
    },
  )
})

describe('a user', () => {
  test('sees and ends only their own keys', async () => {
    const mine = await createKey()
    const others = (await (await admin.call('GET', '/keys')).json()) as {
      items: { id: number; username: string }[]
    }
    const foreign = others.items.find(({ username }) => username === 'admin')
    const listed = (await (await alice.call('GET', '/keys?user_id=1')).json()) as {
      items: { username: string }[]
    }
    expect(new Set(listed.items.map(({ username }) => username))).toEqual(new Set(['alice']))
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['POST', '/revoke'],
      ['POST', '/rotate'],
    ] as const) {
      const body = method === 'GET' ? undefined : method === 'PATCH' ? { name: 'mine' } : {}
      expect((await alice.call(method, `/keys/${foreign?.id}${path}`, body)).status).toBe(404)
    }
    expect((await alice.call('POST', `/keys/${mine.id}/revoke`)).status).toBe(200)
    await answers(mine.secret, 401)
  })

  test('narrows a key and never widens it', async () => {
    const { id } = await createKey({ rpm: 10, allowed_models: ['demo/echo', 'demo/slow'] })
    const narrowed = await alice.call('PATCH', `/keys/${id}`, {
      rpm: 5,
      allowed_models: ['demo/echo'],
    })
    expect(narrowed.status).toBe(200)
    for (const wider of [{ rpm: 0 }, { rpm: 6 }, { rpm: null }, { allowed_models: null }]) {
      const refused = await alice.call('PATCH', `/keys/${id}`, wider)
      expect(refused.status).toBe(403)
    }
  })

  test('creates no key unless an admin allows it', async () => {
    const refused = await alice.call('POST', '/keys', { user_id: alice.id, name: 'mine' })
    expect([refused.status, (await errorOf(refused)).code]).toEqual([403, 'role_not_allowed'])
  })
})

test('users may create only a limited number of keys', async () => {
  await admin.call('PATCH', '/settings', { users_may_create_keys: true })
  const carol = await signedInAs(gateway, admin, { username: 'carol', role: 'user' })
  await admin.call('POST', '/keys', { user_id: carol.id, name: 'first' })
  const statuses: number[] = []
  for (let made = 1; made < 22; made++) {
    const reply = await carol.call('POST', '/keys', { user_id: carol.id, name: `key ${made}` })
    statuses.push(reply.status)
  }
  await admin.call('PATCH', '/settings', { users_may_create_keys: false })
  expect(statuses).toEqual([...Array.from({ length: 19 }, () => 201), 403, 403])
})

test('a viewer cannot create a key through the API', async () => {
  const viewer = await signedInAs(gateway, admin, { username: 'viv', role: 'viewer' })
  const reply = await viewer.call('POST', '/keys', { user_id: viewer.id, name: 'mine' })
  expect(reply.status).toBe(403)
  const { items } = (await (await admin.call('GET', `/keys?user_id=${viewer.id}`)).json()) as {
    items: unknown[]
  }
  expect(items).toEqual([])
})

test('pages lose no key and show none twice while keys are made', async () => {
  const seen: number[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`
    const page = (await (await admin.call('GET', `/keys?limit=3${query}`)).json()) as {
      items: { id: number }[]
      next_cursor: string | null
    }
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.next_cursor
    if (seen.length < 20) await createKey()
  }
  expect(new Set(seen).size).toBe(seen.length)
  using database = gateway.database()
  const [row] = database.query<{ keys: number }, []>('select count(*) as keys from api_keys').all()
  expect(seen.length).toBe(row?.keys as number)
})
