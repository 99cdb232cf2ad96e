/** Clients see the same refusal for every wrong key; operators see the reason in the log and in `key show`. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mintProxyKey } from '../../src/access/proxy-key.ts'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'

let gateway: Gateway
let keys: Record<string, string> = {}
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
  const made = {
    revoked: await run('key', 'create', 'default'),
    'of a disabled user': await run('key', 'create', 'disabled'),
    expired: await run('key', 'create', 'default', '--name', 'expired', '--expires', '30d'),
    'of another network': await run('key', 'create', 'default', '--name', 'office'),
  }
  keys = made
  for (const key of Object.values(made))
    await waitFor('the key to work', async () => (await refusal(`Bearer ${key}`)).status === 200)
  await run('key', 'revoke', made.revoked.slice(0, 15))
  await run('user', 'disable', 'disabled')
  using database = gateway.database()
  database.run("UPDATE api_keys SET expires_at = '2020-01-01T00:00:00.000Z' WHERE name = 'expired'")
  database.run(`UPDATE api_keys SET allowed_addresses = '["203.0.113.0/24"]' WHERE name = 'office'`)
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

test('a client sees the same refusal for every wrong key', async () => {
  const refusals = await Promise.all(Object.values(wrong).map(refusal))
  expect(refusals).toHaveLength(8)
  expect(new Set(refusals.map((seen) => JSON.stringify(seen))).size).toBe(1)
  expect(refusals[0]?.status).toBe(401)
  expect(refusals[0]?.text).toContain('"request_id":"ID"')
  expect(refusals[0]?.text).toContain('invalid_api_key')
})

const REASONS = [
  ['revoked', 'default', 'revoked', 'revoked'],
  ['of a disabled user', 'disabled', 'user disabled', 'user disabled'],
  ['expired', 'default', 'expired', 'expired'],
  // Whether this applies depends on the client, so `key show` only has it as the last refusal.
  ['of another network', 'default', 'address not allowed', null],
] as const

test.each(REASONS)(
  'a key %s: the log names key, user, address and reason',
  async (name, user, reason) => {
    const prefix = keys[name]?.slice(0, 15)
    const isLine = (text: string) => text.includes('key refused') && text.includes(`"${prefix}"`)
    const line = await waitFor('the line', () => gateway.logs().split('\n').find(isLine))
    expect(JSON.parse(line)).toMatchObject({
      level: 40,
      status: 401,
      code: 'invalid_api_key',
      ...{ key: prefix, user, address: '127.0.0.1', reason },
    })
    expect(gateway.logs()).not.toContain(keys[name] ?? '-')
  },
)

test.each(REASONS)(
  'a key %s: key show says why it is and was refused',
  async (name, user, reason, now) => {
    const prefix = keys[name]?.slice(0, 15) ?? ''
    const shown = await waitFor('the refusal to be stored', async () => {
      const { stdout } = await gateway.cli(['key', 'show', prefix, '--json'])
      const key = JSON.parse(stdout) as Record<string, unknown>
      return key.last_refusal === null ? null : key
    })
    expect(shown).toMatchObject({
      ...{ prefix, user },
      refused_because: now,
      last_refusal: reason,
      last_refused_address: '127.0.0.1',
    })
    const refusedAt = Date.parse(String(shown.last_refused_at))
    // It worked before it was refused.
    expect(Date.parse(String(shown.last_used_at))).toBeLessThanOrEqual(refusedAt)
  },
)

test('an unknown key is logged without a key, at a lower level', () => {
  const lines = gateway
    .logs()
    .split('\n')
    .filter((text) => text.includes('request refused'))
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: 30, status: 401 })
  expect(lines.length).toBeGreaterThan(0)
})
