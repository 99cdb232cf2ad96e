/** When a key was last used, wherever it is shown and asked for. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleClient, signedInAdmin } from './console-client.ts'

interface Item {
  id: number
  name: string
  username: string
  last_used_at: string | null
}

let gateway: Gateway
let admin: ConsoleClient
beforeAll(async () => {
  gateway = await startGateway()
  admin = await signedInAdmin(gateway)
})
afterAll(() => gateway.stop())

async function list(path: string): Promise<Item[]> {
  const reply = await admin.call('GET', path)
  expect(reply.status).toBe(200)
  return ((await reply.json()) as { items: Item[] }).items
}

test('the admin API counts as a use of the key that opens it', async () => {
  const { stdout } = await gateway.cli(['key', 'create', 'admin', '--name', 'script'])
  const origin = `http://127.0.0.1:${gateway.port}`
  const headers = { authorization: `Bearer ${stdout.trim()}` }
  await waitFor(
    'the new key',
    async () => (await fetch(`${origin}/admin/v1/users`, { headers })).ok,
  )
  await waitFor('its last use', async () =>
    (await list('/keys')).some(({ name, last_used_at }) => name === 'script' && last_used_at),
  )
})

test('the lists of keys and users show the last use within seconds, and nothing else counts as one', async () => {
  const { stdout } = await gateway.cli(['key', 'create', 'default', '--name', 'idle'])
  const startedMs = Date.now()
  const question = { model: 'demo/echo', messages: [{ role: 'user', content: 'Hi' }] }
  const reply = await gateway.chat(question)
  expect(reply.status).toBe(200)
  const used = await waitFor('the last use', async () =>
    (await list('/keys')).find(({ name, last_used_at }) => name === 'default' && last_used_at),
  )
  expect(used).toMatchObject({ name: 'default', username: 'default' })
  expect(Date.parse(used.last_used_at ?? '')).toBeGreaterThanOrEqual(startedMs)
  const idle = (await list('/keys')).find(({ name }) => name === 'idle')
  expect(idle?.last_used_at).toBeNull()
  const user = (await list('/users')).find(({ username }) => username === 'default')
  expect(user?.last_used_at).toBe(used.last_used_at)
  // A key that was used today is not among those that are not.
  const unused = (await list('/keys?unused_days=1')).map(({ name }) => name)
  expect(unused).toContain('idle')
  expect(unused).not.toContain('default')
  expect(stdout.trim()).not.toBe('')
})
