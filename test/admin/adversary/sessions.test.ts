/** Sessions against those who prepare, steal or outlive them. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { OPERATIONS } from '../../../src/http/routes/admin/contract/operations.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { type ConsoleClient, consoleClient, signedInAdmin, signedInAs } from '../console-client.ts'

const PASSWORD = 'correct horse battery'

let gateway: Gateway
let admin: ConsoleClient
let ada: ConsoleClient & { id: number }
beforeAll(async () => {
  gateway = await startGateway()
  admin = await signedInAdmin(gateway)
  ada = await signedInAs(gateway, admin, { username: 'ada', role: 'admin' })
})
afterAll(() => gateway.stop())

const sessionOf = ({ cookies }: ConsoleClient): [string, string] =>
  [...cookies].find(([name]) => name.endsWith('session')) ?? ['', '']
const statusOf = async (client: ConsoleClient, method = 'GET', path = '/session', body?: object) =>
  (await client.call(method, path, body)).status

function sql<Row>(text: string): Row[] {
  const db = gateway.database()
  try {
    return db.query(text).all() as Row[]
  } finally {
    db.close()
  }
}

test("a session that someone else planted in the browser isn't adopted by the sign-in", async () => {
  const victim = consoleClient(gateway)
  const [name, real] = sessionOf(ada)
  const planted = real.split('').reverse().join('')
  victim.cookies.set(name, planted)
  expect(await statusOf(victim, 'POST', '/session', { username: 'ada', password: PASSWORD })).toBe(
    200,
  )
  expect(sessionOf(victim)[1]).not.toBe(planted)
  const attacker = consoleClient(gateway)
  attacker.cookies.set(name, planted)
  expect(await statusOf(attacker)).toBe(401)
  expect(await statusOf(victim)).toBe(200)
})

test('a new role counts from the next request on, without a new sign-in', async () => {
  const settings = () => statusOf(ada, 'PATCH', '/settings', { time_zone: 'UTC' })
  expect(await settings()).toBe(200)
  await admin.call('PATCH', `/users/${ada.id}`, { role: 'viewer' })
  expect([await settings(), await statusOf(ada, 'GET', '/users')]).toEqual([403, 200])
  await admin.call('PATCH', `/users/${ada.id}`, { role: 'user' })
  expect([await settings(), await statusOf(ada, 'GET', '/users')]).toEqual([403, 403])
  await admin.call('PATCH', `/users/${ada.id}`, { role: 'admin' })
  expect(await settings()).toBe(200)
})

test('a session that has run out is dead, and using it does not revive it', async () => {
  const bea = await signedInAs(gateway, admin, { username: 'bea', role: 'user' })
  expect(await statusOf(bea)).toBe(200)
  sql(`update sessions set expires_at = '2026-01-01T00:00:00.000Z' where user_id = ${bea.id}`)
  expect([await statusOf(bea), await statusOf(bea)]).toEqual([401, 401])
})

test.each([
  { origin: 'https://evil.test' },
  { origin: 'null' },
  { origin: '', 'sec-fetch-site': 'cross-site' },
  { origin: '', referer: 'https://evil.test/' },
])('a change that another page sends with the session is refused: %p', async (headers) => {
  for (const [method, path] of [
    ['POST', '/users'],
    ['PATCH', '/settings'],
    ['DELETE', `/users/${ada.id}`],
  ] as const) {
    const reply = await admin.call(method, path, { username: 'planted' }, headers)
    expect([path, reply.status]).toEqual([path, 403])
  }
  expect(sql("select id from users where username = 'planted'")).toEqual([])
})

/** What changes without a request: when sessions were last used. */
const TABLES = [
  'users',
  'api_keys',
  'upstream_keys',
  'models',
  'model_prices',
  'audit_log',
  'user_credentials',
]

test('no operation that a link can open changes anything', async () => {
  const rows = () => TABLES.map((table) => JSON.stringify(sql(`select * from ${table}`)))
  const before = rows()
  for (const { method, path } of OPERATIONS) {
    // The live view does not end, and the doctor takes long.
    if (method !== 'get' || path === '/events' || path === '/doctor') continue
    await (await admin.call('GET', path.replace(/\{\w+\}/g, '1'))).arrayBuffer()
  }
  expect(rows()).toEqual(before)
})
