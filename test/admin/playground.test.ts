/** The playground acts as a key, and only as far as the key itself could be used. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleClient, signedInAdmin, signedInAs } from './console-client.ts'

let gateway: Gateway
let admin: ConsoleClient
let alice: ConsoleClient & { id: number }

beforeAll(async () => {
  gateway = await startGateway({ env: { TRUSTED_PROXIES: '127.0.0.0/8' } })
  admin = await signedInAdmin(gateway)
  alice = await signedInAs(gateway, admin, { username: 'alice', role: 'user' })
})
afterAll(() => gateway.stop())

async function createKey(rights: object): Promise<number> {
  const body = { user_id: alice.id, name: 'play', ...rights }
  return ((await (await admin.call('POST', '/keys', body)).json()) as { id: number }).id
}

const BODY = { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] }
const chat = (id: number, headers?: Record<string, string>) =>
  alice.call('POST', `/playground/${id}/chat.completions`, BODY, headers)
const models = (id: number, headers?: Record<string, string>) =>
  alice.call('GET', `/playground/${id}/models`, undefined, headers)

test('a key that has expired is refused', async () => {
  const id = await createKey({ expires_at: new Date(Date.now() + 1_500).toISOString() })
  expect((await chat(id)).status).toBe(200)
  const refused = await waitFor('the key to expire', async () => {
    const reply = await chat(id)
    return reply.status === 200 ? null : reply
  })
  expect(refused.status).toBe(403)
  expect(await refused.text()).toContain('expired')
  expect((await models(id)).status).toBe(403)
})

test('a key that is limited to addresses is refused from others', async () => {
  const id = await createKey({ allowed_addresses: ['10.1.0.0/16'] })
  const from = (address: string) => ({ 'x-forwarded-for': address })
  expect((await chat(id, from('10.1.2.3'))).status).toBe(200)
  for (const ask of [chat, models]) {
    const refused = await ask(id, from('10.2.0.1'))
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('address')
  }
})

test('a revoked key is not there', async () => {
  const id = await createKey({})
  await admin.call('POST', `/keys/${id}/revoke`)
  expect((await chat(id)).status).toBe(404)
})
