/** Signing in to the console of a real gateway: link, password, second factor, lockout, origin, sessions. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Secret, TOTP } from 'otpauth'
import { type Gateway, startGateway } from '../support/gateway.ts'
import {
  type ConsoleClient,
  consoleClient,
  setupToken,
  signedInAs,
  tokenIn,
} from './console-client.ts'

const PASSWORD = 'correct horse battery'
let gateway: Gateway
let admin: ConsoleClient

beforeAll(async () => {
  gateway = await startGateway({ env: { TRUSTED_PROXIES: '127.0.0.0/8' } })
})
afterAll(() => gateway.stop())

const codeOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string } }).error.code

describe('the link of the first start', () => {
  test('is refused with a weak password, and is still good afterwards', async () => {
    const token = await setupToken(gateway)
    const refused = await consoleClient(gateway).call('POST', '/session/setup', {
      token,
      password: 'short',
    })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: { param: 'password' } })
  })

  test('used twice at once signs one in and not the other', async () => {
    const token = await setupToken(gateway)
    const clients = [consoleClient(gateway), consoleClient(gateway)]
    const responses = await Promise.all(
      clients.map((client) => client.call('POST', '/session/setup', { token, password: PASSWORD })),
    )
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 400])
    admin = clients[responses[0]?.status === 200 ? 0 : 1] as ConsoleClient
  })

  test('leaves no token in the database and no password', async () => {
    const [token = ''] = [...admin.cookies.values()]
    using database = gateway.database()
    const rows = JSON.stringify([
      database.query('select * from sessions').all(),
      database.query('select * from user_credentials').all(),
      database.query('select * from audit_log').all(),
    ])
    expect(rows).not.toContain(token)
    expect(rows).not.toContain(PASSWORD)
    expect(rows).toContain('$argon2id$')
  })
})

describe('the cookie', () => {
  test('over plain HTTP is not Secure, and can be read by no script and sent by no other site', async () => {
    const response = await consoleClient(gateway).call('POST', '/session', {
      username: 'admin',
      password: PASSWORD,
    })
    const [session = ''] = response.headers.getSetCookie()
    expect(session).toMatch(/^gpt_proxy_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict/)
    expect(session).not.toContain('Secure')
  })

  test('behind HTTPS is Secure and has the __Host- prefix', async () => {
    const response = await consoleClient(gateway).call(
      'POST',
      '/session',
      { username: 'admin', password: PASSWORD },
      {
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'gw.example',
        origin: 'https://gw.example',
      },
    )
    expect(response.status).toBe(200)
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^__Host-gpt_proxy_session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict/,
    )
  })
})

describe('a change by a session', () => {
  test.each([
    ['from another origin', { origin: 'https://evil.example' }],
    ['that another site caused', { 'sec-fetch-site': 'cross-site' }],
    ['without any origin', { origin: '' }],
  ])('%s is refused', async (_, headers) => {
    const response = await admin.call('POST', '/users', { username: 'mallory' }, headers)
    expect(response.status).toBe(403)
    expect(await codeOf(response)).toBe('origin_not_allowed')
  })

  test('signing in from another origin is refused too', async () => {
    const response = await consoleClient(gateway).call(
      'POST',
      '/session',
      { username: 'admin', password: PASSWORD },
      { origin: 'https://evil.example' },
    )
    expect(response.status).toBe(403)
  })
})

describe('a session', () => {
  test('that was stolen is dead after sign-out', async () => {
    const client = await signedIn('admin')
    const stolen = new Map(client.cookies)
    expect((await client.call('DELETE', '/session')).status).toBe(204)
    const thief = consoleClient(gateway)
    for (const [name, value] of stolen) thief.cookies.set(name, value)
    expect((await thief.call('GET', '/session')).status).toBe(401)
  })

  test('that was stolen is invalid after a new password, and the own one stays valid', async () => {
    const alice = await signedInAs(gateway, admin, { username: 'alice', role: 'user' })
    const other = await signedIn('alice')
    const changed = await alice.call('POST', '/session/password', {
      current: PASSWORD,
      password: 'another horse battery',
    })
    expect(changed.status).toBe(204)
    expect((await other.call('GET', '/session')).status).toBe(401)
    expect((await alice.call('GET', '/session')).status).toBe(200)
  })

  test('of a disabled user is invalid', async () => {
    const bob = await signedInAs(gateway, admin, { username: 'bob', role: 'user' })
    await admin.call('PATCH', `/users/${bob.id}`, { status: 'disabled' })
    expect((await bob.call('GET', '/session')).status).toBe(401)
  })

  test('is listed for its owner, who can end only their own', async () => {
    const carol = await signedInAs(gateway, admin, { username: 'carol', role: 'user' })
    const { items } = (await (await carol.call('GET', '/sessions?all=true')).json()) as {
      items: { id: number; username: string; current: boolean }[]
    }
    expect(items.map(({ username }) => username)).toEqual(['carol'])
    const mine = (await (await admin.call('GET', '/session')).json()) as { session_id: number }
    expect((await carol.call('DELETE', `/sessions/${mine.session_id}`)).status).toBe(404)
    expect((await carol.call('DELETE', `/sessions/${items[0]?.id}`)).status).toBe(204)
    expect((await carol.call('GET', '/session')).status).toBe(401)
  })
})

describe('wrong passwords', () => {
  test('are answered the same whether the user exists or not', async () => {
    const asked = async (username: string) => {
      const response = await consoleClient(gateway).call(
        'POST',
        '/session',
        { username, password: 'wrong' },
        { 'x-forwarded-for': '198.51.100.20' },
      )
      const { error } = (await response.json()) as { error: Record<string, unknown> }
      return { status: response.status, message: error.message, code: error.code }
    }
    expect(await asked('admin')).toEqual(await asked('nobody'))
  })

  test('from elsewhere slow the attacker down and never the owner’s browser', async () => {
    const attacker = (number: number) =>
      consoleClient(gateway).call(
        'POST',
        '/session',
        { username: 'admin', password: 'wrong' },
        { 'x-forwarded-for': `203.0.113.${number % 250}` },
      )
    const statuses: number[] = []
    for (let number = 0; number < 45; number++) statuses.push((await attacker(number)).status)
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0)
    const response = await attacker(1)
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    // The admin's browser has its device cookie, and comes from an attacked address.
    const owner = await admin.call(
      'POST',
      '/session',
      { username: 'admin', password: PASSWORD },
      { 'x-forwarded-for': '203.0.113.1' },
    )
    expect(owner.status).toBe(200)
  })

  test('of megabytes are refused before anything is hashed', async () => {
    const response = await consoleClient(gateway).call('POST', '/session', {
      username: 'admin',
      password: 'x'.repeat(5_000_000),
    })
    expect(response.status).toBe(413)
  })
})

describe('the second factor', () => {
  test('is required once enabled, works once per code, and is removed by an admin’s link', async () => {
    const dave = await signedInAs(gateway, admin, { username: 'dave', role: 'user' })
    const started = await dave.call('POST', '/session/totp', { password: PASSWORD })
    const { secret } = (await started.json()) as { secret: string }
    const totp = new TOTP({ secret: Secret.fromBase32(secret) })
    const code = totp.generate()
    expect((await dave.call('POST', '/session/totp/confirm', { code })).status).toBe(204)

    const without = await attempt('dave')
    expect([without.status, await codeOf(without)]).toEqual([401, 'totp_required'])
    const again = await attempt('dave', { code })
    expect([again.status, await codeOf(again)]).toEqual([401, 'totp_invalid'])
    const next = totp.generate({ timestamp: Date.now() + 30_000 })
    expect((await attempt('dave', { code: next })).status).toBe(200)

    const link = await admin.call('POST', `/users/${dave.id}/setup-link`)
    const { url } = (await link.json()) as { url: string }
    await consoleClient(gateway).call('POST', '/session/setup', {
      token: tokenIn(url),
      password: PASSWORD,
    })
    expect((await attempt('dave')).status).toBe(200)
    using database = gateway.database()
    expect(JSON.stringify(database.query('select * from user_credentials').all())).not.toContain(
      secret,
    )
  })
})

test('the last admin cannot be removed, disabled or demoted', async () => {
  const { user_id: id } = (await (await admin.call('GET', '/session')).json()) as {
    user_id: number
  }
  for (const [method, body] of [
    ['DELETE', undefined],
    ['PATCH', { status: 'disabled' }],
    ['PATCH', { role: 'viewer' }],
  ] as const) {
    const response = await admin.call(method, `/users/${id}`, body)
    expect([response.status, await codeOf(response)]).toEqual([409, 'last_admin'])
  }
})

async function signedIn(username: string): Promise<ConsoleClient> {
  const client = consoleClient(gateway)
  const response = await client.call('POST', '/session', { username, password: PASSWORD })
  expect(response.status).toBe(200)
  return client
}

function attempt(username: string, more: object = {}): Promise<Response> {
  return consoleClient(gateway).call('POST', '/session', { username, password: PASSWORD, ...more })
}
