/** The command line's part of signing in and of keys that are limited to networks. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'
import { type ConsoleClient, consoleClient, signedInAdmin, tokenIn } from './console-client.ts'

let gateway: Gateway
let admin: ConsoleClient
beforeAll(async () => {
  gateway = await startGateway({
    env: { PUBLIC_URL: 'https://gw.example/llm', TRUSTED_PROXIES: '127.0.0.0/8' },
  })
  admin = await signedInAdmin(gateway)
})
afterAll(() => gateway.stop())

const signIn = (username: string, password: string) =>
  consoleClient(gateway).call('POST', '/session', { username, password })

test('gpt-proxy console prints a link at the public address, which works once', async () => {
  const printed = await gateway.cli(['console'])
  expect(printed.stdout).toStartWith('https://gw.example/llm/console/#setup=')
  const token = tokenIn(printed.stdout)
  const again = consoleClient(gateway)
  const password = 'a fresh horse battery'
  expect((await again.call('POST', '/session/setup', { token, password })).status).toBe(200)
  expect((await again.call('POST', '/session/setup', { token, password })).status).toBe(400)
  expect((await admin.call('GET', '/session')).status).toBe(401)
  admin = again
})

test('gpt-proxy user password sets one, refuses a weak one, and ends all sessions', async () => {
  await gateway.cli(['user', 'create', 'alice'])
  const weak = await gateway.cli(['user', 'password', 'alice'], { stdin: 'alice1' })
  expect(weak.exitCode).not.toBe(0)
  expect(weak.stderr).toContain('12 characters')
  const set = await gateway.cli(['user', 'password', 'alice'], { stdin: 'correct horse battery\n' })
  expect(set.exitCode).toBe(0)
  expect((await signIn('alice', 'correct horse battery')).status).toBe(200)
})

test('gpt-proxy key rotate --grace keeps the old key valid', async () => {
  const made = await gateway.cli(['key', 'create', 'alice', '--json'])
  const { id, key } = JSON.parse(made.stdout) as { id: number; key: string }
  const rotated = await gateway.cli(['key', 'rotate', String(id), '--grace', '24h'])
  for (const secret of [key, rotated.stdout.trim()])
    await waitFor('the key to work', async () => ((await ask(secret)).status === 200 ? true : null))
})

test('a key that is limited to networks is refused from everywhere else', async () => {
  const made = (await (
    await admin.call('POST', '/keys', {
      user_id: 1,
      name: 'office',
      allowed_addresses: ['203.0.113.0/24'],
    })
  ).json()) as { secret: string }
  await waitFor('the key to work', async () =>
    (await ask(made.secret, '203.0.113.9')).status === 200 ? true : null,
  )
  expect((await ask(made.secret, '198.51.100.1')).status).toBe(401)
  expect((await ask(made.secret)).status).toBe(401)
})

function ask(secret: string, from?: string): Promise<Response> {
  return gateway.chat(
    { model: 'demo/echo', messages: [{ role: 'user', content: 'hi' }] },
    {
      headers: {
        authorization: `Bearer ${secret}`,
        'content-type': 'application/json',
        ...(from !== undefined && { 'x-forwarded-for': from }),
      },
    },
  )
}
