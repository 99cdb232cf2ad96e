/** How live views end: with their session, their key or their role; and how many there can be. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleClient, consoleClient, signedInAdmin, signedInAs } from './console-client.ts'

let gateway: Gateway
let admin: ConsoleClient

beforeAll(async () => {
  gateway = await startGateway()
  admin = await signedInAdmin(gateway)
})
afterAll(() => gateway.stop())

type Headers = Record<string, string>
const open = (client: ConsoleClient, headers: Headers = {}) =>
  client.call('GET', '/events', undefined, headers)

/** Everything up to the end of the stream. */
async function ended(reply: Response): Promise<string> {
  expect(reply.status).toBe(200)
  return reply.text()
}

async function adminKey(name: string): Promise<{ id: number; headers: Headers }> {
  const user = await admin.call('POST', '/users', { username: name, role: 'admin' })
  const { id: userId } = (await user.json()) as { id: number }
  const made = await admin.call('POST', '/keys', { user_id: userId, name })
  const { id, secret } = (await made.json()) as { id: number; secret: string }
  return { id, headers: { authorization: `Bearer ${secret}` } }
}

test('a view of a key ends when the key is revoked', async () => {
  const { id, headers } = await adminKey('revoked')
  const reply = await open(consoleClient(gateway), headers)
  await admin.call('POST', `/keys/${id}/revoke`)
  expect(await ended(reply)).toContain('event: bye')
})

test('a view of a key ends when the key expires', async () => {
  const { id, headers } = await adminKey('expires')
  const reply = await open(consoleClient(gateway), headers)
  const soon = new Date(Date.now() + 500).toISOString()
  expect((await admin.call('PATCH', `/keys/${id}`, { expires_at: soon })).status).toBe(200)
  expect(await ended(reply)).toContain('event: bye')
})

test('an admin who becomes a user loses the view of all requests', async () => {
  const demoted = await signedInAs(gateway, admin, { username: 'demoted', role: 'admin' })
  const reply = await open(demoted)
  const changed = await admin.call('PATCH', `/users/${demoted.id}`, { role: 'user' })
  expect(changed.status).toBe(200)
  expect(await ended(reply)).toContain('event: bye')
})

test('a view ends when its user is disabled', async () => {
  const disabled = await signedInAs(gateway, admin, { username: 'disabled', role: 'viewer' })
  const reply = await open(disabled)
  await admin.call('PATCH', `/users/${disabled.id}`, { status: 'disabled' })
  expect(await ended(reply)).toContain('event: bye')
})

test('a HEAD request opens no view', async () => {
  const client = await signedInAs(gateway, admin, { username: 'heads', role: 'viewer' })
  for (let sent = 0; sent < 25; sent++)
    expect((await client.call('HEAD', '/events')).status).toBe(200)
  const reply = await open(client)
  expect(reply.status).toBe(200)
  await reply.body?.cancel()
})

test('each user has a bounded number of views, and a closed one makes room', async () => {
  const many = await signedInAs(gateway, admin, { username: 'many', role: 'viewer' })
  const views = await Promise.all(Array.from({ length: 20 }, () => open(many)))
  expect(views.map(({ status }) => status)).toEqual(views.map(() => 200))
  const refused = await open(many)
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ error: { code: 'too_many_streams' } })
  const other = await open(admin)
  expect(other.status).toBe(200)
  await other.body?.cancel()
  await views[0]?.body?.cancel()
  const again = await waitFor('room for another view', async () => {
    const reply = await open(many)
    return reply.status === 200 ? reply : null
  })
  await Promise.all([again, ...views.slice(1)].map((view) => view.body?.cancel()))
})
