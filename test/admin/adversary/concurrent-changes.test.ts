/** Changes at the same time on PostgreSQL, where transactions run side by side: each sees what the one before it did. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'

const ENCRYPTION_KEY = Buffer.from(Array.from({ length: 32 }, (_, at) => at)).toString('hex')

let server: PostgresServer
let gateway: Gateway
beforeAll(async () => {
  server = await startPostgres()
  gateway = await startGateway({ env: { DATABASE_URL: server.url(), ENCRYPTION_KEY } })
}, 60_000)
afterAll(async () => {
  await gateway.stop()
  await server.close()
})

async function call(method: string, path: string, body?: object, headers = {}) {
  const reply = await fetch(`${gateway.origin}/admin/v1${path}`, {
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
