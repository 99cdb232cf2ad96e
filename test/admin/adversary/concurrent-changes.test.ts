/** Changes at the same time on PostgreSQL, where transactions run side by side: each sees what the one before it did. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'

const ENCRYPTION_KEY = Buffer.from(Array.from({ length: 32 }, (_, at) => at)).toString('hex')

let server: PostgresServer
let gateway: Gateway
let other: Gateway
beforeAll(async () => {
  server = await startPostgres()
  const env = { DATABASE_URL: server.url(), ENCRYPTION_KEY }
  gateway = await startGateway({ env })
  other = await startGateway({ env })
}, 60_000)
afterAll(async () => {
  await other.stop()
  await gateway.stop()
  await server.close()
})

const call = (method: string, path: string, body?: object, headers = {}) =>
  callAt(gateway, method, path, { body, headers })

async function callAt(
  at: Gateway,
  method: string,
  path: string,
  { body, headers = {} }: { body?: object | undefined; headers?: object },
) {
  const reply = await fetch(`${at.origin}/admin/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${gateway.adminKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const answer = (await reply.json()) as { id: number; error?: { code: string; param: string } }
  return { ...answer, status: reply.status, etag: reply.headers.get('etag') ?? '' }
}
const times = <T>(count: number, make: (at: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, at) => make(at)))

test('of several edits of one version, one is made and all others are conflicts', async () => {
  const { id } = await call('POST', '/users', { username: 'edited' })
  for (let round = 0; round < 3; round++) {
    const { etag } = await call('GET', `/users/${id}`)
    const edits = await times(6, (at) =>
      call(
        'PATCH',
        `/users/${id}`,
        { monthly_quota_tokens: 100 * round + at + 1 },
        { 'if-match': etag },
      ),
    )
    expect(edits.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412])
  }
}, 60_000)

test('of several creations of one name, one is made and all others name the field', async () => {
  for (const [path, body, param] of [
    ['/users', { username: 'wanted' }, 'username'],
    ['/upstreams', { name: 'wanted', provider: 'openai', secret: 'sk-of-a-test-1234' }, 'name'],
  ] as const) {
    const made = await times(6, () => call('POST', path, body))
    expect(made.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409])
    for (const { error } of made.filter(({ status }) => status === 409)) {
      expect(error?.param).toBe(param)
      expect(error?.code).toMatch(/_exists$/)
    }
  }
}, 60_000)

test('fifty changes at the same time on two instances are all made, each with one audit row', async () => {
  const audited = () => Number(server.sql('select count(*) as n from audit_log')[0]?.n)
  const { id } = await call('POST', '/users', { username: 'busy' })
  const before = audited()
  const changes: ((at: number) => [method: string, path: string, body: object])[] = [
    (at) => ['POST', '/users', { username: `person-${at}` }],
    (at) => ['POST', '/keys', { user_id: id, name: `key-${at}` }],
    (at) => [
      'POST',
      '/upstreams',
      { name: `up-${at}`, provider: 'openai', secret: `sk-test-${at}00` },
    ],
    (at) => ['PATCH', `/users/${id}`, { monthly_quota_tokens: 1_000 + at }],
    (at) => ['PUT', `/prices/model-${at}`, { input_usd: 1, output_usd: 2 }],
  ]
  const made = await times(50, (at) => {
    const [method, path, body] = changes[at % changes.length]?.(at) ?? ['GET', '/', {}]
    const headers = path === '/keys' ? { 'idempotency-key': `one-of-fifty-${at}` } : {}
    return callAt(Math.floor(at / changes.length) % 2 === 0 ? gateway : other, method, path, {
      body,
      headers,
    })
  })
  expect(made.map(({ status }) => status).filter((status) => status >= 300)).toEqual([])
  expect(audited() - before).toBe(50)
}, 60_000)

test('if all admins are demoted at the same time, one stays', async () => {
  const more = await times(3, (at) =>
    call('POST', '/users', { username: `admin-${at}`, role: 'admin' }),
  )
  const ids = [1, ...more.map(({ id }) => id)]
  const demoted = await Promise.all(
    ids.slice(1).map((id) => call('PATCH', `/users/${id}`, { status: 'disabled' })),
  )
  expect(demoted.map(({ status }) => status)).toEqual([200, 200, 200])
  await times(3, (at) => call('PATCH', `/users/${ids[at + 1]}`, { status: 'active' }))
  const all = await Promise.all(ids.map((id) => call('PATCH', `/users/${id}`, { role: 'user' })))
  expect(all.filter(({ status }) => status === 200).length).toBeLessThan(ids.length)
  const admins = Number(
    server.sql("select count(*) as n from users where role = 'admin' and status = 'active'")[0]?.n,
  )
  expect(admins).toBeGreaterThan(0)
}, 60_000)
