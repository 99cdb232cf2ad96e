/** A wrong key learns nothing about how it is wrong: every refusal is the same to the byte, but for its id. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mintProxyKey } from '../../src/access/proxy-key.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'

let gateway: Gateway
const wrong: Record<string, string> = {
  missing: '',
  'no bearer': 'Basic dXNlcjpwYXNz',
  malformed: 'Bearer sk-proxy-nonsense',
  unknown: `Bearer ${mintProxyKey(crypto.getRandomValues(new Uint8Array(96)))}`,
}

beforeAll(async () => {
  gateway = await startGateway()
  const run = async (...args: string[]) => (await gateway.cli(args)).stdout.trim()
  await run('user', 'create', 'disabled')
  const keys = {
    revoked: await run('key', 'create', 'default'),
    'of a disabled user': await run('key', 'create', 'disabled'),
    expired: await run('key', 'create', 'default', '--name', 'expired', '--expires', '30d'),
  }
  for (const key of Object.values(keys))
    await waitFor('the key to work', async () => (await refusal(`Bearer ${key}`)).status === 200)
  await run('key', 'revoke', keys.revoked.slice(0, 15))
  await run('user', 'disable', 'disabled')
  using database = gateway.database()
  database.run("UPDATE api_keys SET expires_at = '2020-01-01T00:00:00.000Z' WHERE name = 'expired'")
  for (const [name, key] of Object.entries(keys)) {
    wrong[name] = `Bearer ${key}`
    await waitFor(
      `${name} to be refused`,
      async () => (await refusal(`Bearer ${key}`)).status === 401,
    )
  }
}, 60_000)
afterAll(() => gateway.stop())

/** What a client sees of it, without what differs from request to request. */
async function refusal(authorization: string) {
  const response = await fetch(`${gateway.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: authorization === '' ? {} : { authorization },
    body: JSON.stringify({ model: 'demo/echo', messages: [] }),
  })
  const text = await response.text()
  const id = response.headers.get('x-request-id') ?? ''
  response.headers.delete('x-request-id')
  response.headers.delete('date')
  return {
    status: response.status,
    headers: [...response.headers],
    text: text.replaceAll(id, 'ID'),
  }
}

test('the refusals of all wrong keys are one and the same', async () => {
  const refusals = await Promise.all(Object.values(wrong).map(refusal))
  expect(refusals).toHaveLength(7)
  expect(new Set(refusals.map((seen) => JSON.stringify(seen))).size).toBe(1)
  expect(refusals[0]?.status).toBe(401)
  expect(refusals[0]?.text).toContain('"request_id":"ID"')
  expect(refusals[0]?.text).toContain('invalid_api_key')
})
