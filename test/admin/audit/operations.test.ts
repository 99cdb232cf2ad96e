/** Every operation of the admin API that changes something leaves a row in the audit log. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import { OPERATIONS } from '../../../src/http/routes/admin/contract/operations.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { type ConsoleClient, consoleClient, signedInAdmin } from '../console-client.ts'
import { lastRow, rowsAfter, spoilTotals } from './audit-rows.ts'

const PASSWORD = 'correct horse battery'
const OTHER = 'another horse battery'
const FIRST = { name: 'first', provider: 'compatible', base_url: 'http://127.0.0.1:9/v1' }

let gateway: Gateway
let admin: ConsoleClient
let ada: ConsoleClient
let totp: TOTP
beforeAll(async () => {
  gateway = await startGateway()
  admin = await signedInAdmin(gateway)
  ada = consoleClient(gateway)
})
afterAll(() => gateway.stop())

async function setUpAda(): Promise<Response> {
  const link = await admin.call('POST', '/users/3/setup-link')
  const { url } = (await link.json()) as { url: string }
  const token = url.slice(url.indexOf('#setup=') + '#setup='.length)
  return ada.call('POST', '/session/setup', { token, password: PASSWORD })
}
const sessionIdOf = async (client: ConsoleClient) =>
  ((await (await client.call('GET', '/session')).json()) as { session_id: number }).session_id

type Call = (method: string, path: string) => Promise<Response>
const as =
  (
    client: () => ConsoleClient,
    body?: () => unknown,
    change: (path: string) => string = (p) => p,
  ): Call =>
  (method, path) =>
    client().call(method, change(path), body?.())
const byAdmin = (body?: object, id?: number | string) =>
  as(
    () => admin,
    () => body,
    (path) => path.replace(/\{\w+\}/, String(id)),
  )
const byAda = (body?: () => unknown) => as(() => ada, body)

/** In this order, because later ones need what earlier ones made. */
const CHANGES: readonly [operation: string, action: string | null, call: Call][] = [
  ['post /users', 'user.create', byAdmin({ username: 'ada' })],
  ['post /users/{id}/setup-link', 'setup-link.create', byAdmin(undefined, 3)],
  ['post /session/setup', 'password.set', setUpAda],
  ['put /users/{id}/password', 'password.set', byAdmin({ password: PASSWORD }, 3)],
  ['post /session', 'session.begin', byAda(() => ({ username: 'ada', password: PASSWORD }))],
  [
    'post /session/password',
    'password.change',
    byAda(() => ({ current: PASSWORD, password: OTHER })),
  ],
  // A second factor counts once a code has confirmed it.
  ['post /session/totp', null, startTotp],
  ['post /session/totp/confirm', 'totp.on', byAda(() => ({ code: totp.generate() }))],
  [
    'post /session/totp/remove',
    'totp.off',
    byAda(() => ({ password: OTHER, code: totp.generate({ timestamp: Date.now() + 30_000 }) })),
  ],
  ['delete /session', 'session.end', byAda()],
  ['delete /sessions/{id}', 'session.end', endOwnSession],
  ['delete /users/{id}/sessions', 'session.end-all', endSessionsOfAda],
  ['patch /users/{id}', 'user.update', byAdmin({ email: 'ada@example.com' }, 3)],
  ['post /users/{id}/quota/reset', 'quota.reset', byAdmin(undefined, 3)],
  ['post /quotas/reconcile', 'quota.repair', reconcile],
  ['post /keys', 'key.create', byAdmin({ user_id: 3, name: 'laptop' })],
  ['patch /keys/{id}', 'key.update', byAdmin({ name: 'desk' }, 3)],
  ['post /keys/{id}/rotate', 'key.retire', byAdmin({ grace_seconds: 60 }, 3)],
  ['post /keys/{id}/revoke', 'key.revoke', byAdmin(undefined, 3)],
  ['post /upstreams', 'upstream.create', byAdmin({ ...FIRST, secret: 'sk-first-secret-1' })],
  [
    'post /upstreams/import',
    'upstream.create',
    byAdmin({
      settings: { provider: 'compatible', base_url: FIRST.base_url },
      secrets: 'sk-second-secret-2',
    }),
  ],
  ['patch /upstreams/{id}', 'upstream.update', byAdmin({ weight: 3 }, 1)],
  ['post /upstreams/{id}/disable', 'upstream.disable', byAdmin(undefined, 1)],
  ['post /upstreams/{id}/enable', 'upstream.enable', byAdmin(undefined, 1)],
  ['post /upstreams/{id}/drain', 'upstream.disable', byAdmin(undefined, 1)],
  ['post /upstreams/{id}/reset', 'upstream.reset', byAdmin(undefined, 1)],
  [
    'post /upstreams/copy-settings',
    'upstream.update',
    byAdmin({ from: 1, to: [2], fields: ['weight'] }),
  ],
  // They ask the provider, and change nothing here.
  ['post /upstreams/{id}/test', null, byAdmin(undefined, 1)],
  ['post /upstreams/{id}/models', null, byAdmin(undefined, 1)],
  ['delete /upstreams/{id}', 'upstream.remove', byAdmin(undefined, 2)],
  ['put /prices/{model}', 'price.set', byAdmin({ input_usd: 1, output_usd: 2 }, 'm')],
  [
    'post /prices/import',
    'price.set',
    byAdmin({ prices: [{ model: 'n', input_usd: 1, output_usd: 2 }] }),
  ],
  ['delete /prices/{model}', 'price.unset', byAdmin(undefined, 'm')],
  ['put /model-definitions/{model}', 'model.set', byAdmin({ targets: [{ model: 'm' }] }, 'fast')],
  ['delete /model-definitions/{model}', 'model.delete', byAdmin(undefined, 'fast')],
  ['patch /settings', 'settings.update', byAdmin({ time_zone: 'Asia/Shanghai' })],
  ['post /encryption/rotate', 'encryption.rotate', byAdmin()],
  // A model request, which is in the usage.
  [
    'post /playground/{key_id}/{endpoint}',
    null,
    as(
      () => admin,
      () => ({ model: 'demo/echo', messages: [{ role: 'user', content: 'Hi' }] }),
      () => '/playground/2/chat.completions',
    ),
  ],
  ['delete /users/{id}', 'user.delete', byAdmin(undefined, 3)],
]

async function startTotp(method: string, path: string): Promise<Response> {
  const reply = await ada.call(method, path, { password: OTHER })
  const { secret } = (await reply.clone().json()) as { secret: string }
  totp = new TOTP({ secret: Secret.fromBase32(secret) })
  return reply
}

async function endOwnSession(method: string): Promise<Response> {
  await ada.call('POST', '/session', { username: 'ada', password: OTHER })
  return ada.call(method, `/sessions/${await sessionIdOf(ada)}`)
}

async function endSessionsOfAda(method: string): Promise<Response> {
  await ada.call('POST', '/session', { username: 'ada', password: OTHER })
  return admin.call(method, '/users/3/sessions')
}

function reconcile(method: string, path: string): Promise<Response> {
  spoilTotals(gateway)
  return admin.call(method, path, { repair: true })
}

test.each(CHANGES)('%s is recorded as %p', async (operation, action, call) => {
  const [method = '', path = ''] = operation.split(' ')
  const before = lastRow(gateway)
  const reply = await call(method.toUpperCase(), path)
  const text = await reply.text()
  expect([reply.status < 300, text.slice(0, 300)]).toEqual([true, expect.anything()])
  const rows = rowsAfter(gateway, before)
  if (action === null) expect(rows).toEqual([])
  else expect(rows.map((row) => row.action)).toContain(action)
  for (const { actor, address } of rows) {
    expect(['admin', 'ada']).toContain(actor)
    expect(address).toBe('127.0.0.1')
  }
})

test('no operation is left out', () => {
  const changing = OPERATIONS.filter(({ method }) => method !== 'get')
  expect(changing.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
    CHANGES.map(([operation]) => operation).sort(),
  )
})
