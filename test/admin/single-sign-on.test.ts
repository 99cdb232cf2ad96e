/** Signing in to the console with an OpenID provider. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { type OpenIdProvider, startOpenIdProvider } from '../support/openid-provider.ts'
import { type ConsoleClient, consoleClient, signedInAdmin } from './console-client.ts'

let provider: OpenIdProvider
let gateway: Gateway
let admin: ConsoleClient

beforeAll(async () => {
  provider = startOpenIdProvider()
  gateway = await startGateway({
    env: {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
      OIDC_NAME: 'Example',
      OIDC_ROLES: 'gateway-admins=admin,finance=viewer,staff=user',
    },
  })
  admin = await signedInAdmin(gateway)
})
afterAll(async () => {
  await gateway.stop()
  await provider.stop()
})
beforeEach(() => {
  provider.claims = (claims) => claims
  provider.userInfo = {}
  provider.forges = false
})

/** A sign-in up to the address that the provider sends the browser back to, below the admin API. */
async function visitProvider(client: ConsoleClient, query = ''): Promise<string> {
  const start = await client.call('GET', `/oidc/start${query}`)
  expect(start.status).toBe(302)
  const url = start.headers.get('location') ?? ''
  expect(url).toStartWith(`${provider.issuer}/authorize?`)
  const back = new URL(provider.visit(url))
  expect(back.pathname).toBe('/admin/v1/oidc/callback')
  return `/oidc/callback${back.search}`
}

/** Where the browser ends. */
async function finish(client: ConsoleClient, callback: string): Promise<URL> {
  const reply = await client.call('GET', callback)
  expect(reply.status).toBe(302)
  return new URL(reply.headers.get('location') ?? '')
}

async function signIn(user: OpenIdProvider['user'], client = consoleClient(gateway)) {
  provider.user = user
  const url = await finish(client, await visitProvider(client))
  return { client, error: url.searchParams.get('sign_in_error'), url }
}

const whoIs = async (client: ConsoleClient) => {
  const reply = await client.call('GET', '/session')
  return reply.status === 200
    ? ((await reply.json()) as { username: string; role: string })
    : reply.status
}

const userNamed = async (name: string) => {
  const { items } = (await (await admin.call('GET', `/users?search=${name}`)).json()) as {
    items: { id: number; username: string; role: string; email: string | null }[]
  }
  return items.find(({ username }) => username === name)
}

test('is offered by its name', async () => {
  const options = await (await consoleClient(gateway).call('GET', '/session/options')).json()
  expect(options).toMatchObject({
    oidc: { name: 'Example', start: '/admin/v1/oidc/start', available: true },
  })
})

test('a new user gets the role that the claim gives, and its cookies work at once', async () => {
  const eve = { sub: 'eve-1', preferred_username: 'eve', groups: ['staff', 'finance'] }
  const { client, error, url } = await signIn(eve)
  expect([error, url.href]).toEqual([null, `${gateway.origin}/console/`])
  expect(await whoIs(client)).toMatchObject({ username: 'eve', role: 'viewer', by: 'session' })
  expect([...client.cookies.keys()].sort()).toEqual(['gpt_proxy_device', 'gpt_proxy_session'])
  const audit = await (await admin.call('GET', '/audit')).text()
  expect(audit).toContain('"oidc.link"')
  expect(audit).toContain('"how":"oidc"')
})

describe('the role of a known user', () => {
  const sub = 'frank-1'
  test('changes with the claim, stays without it, and is lost if it is empty', async () => {
    const frank = { sub, preferred_username: 'frank' }
    const { client: first } = await signIn({ ...frank, groups: ['gateway-admins'] })
    expect(await whoIs(first)).toMatchObject({ username: 'frank', role: 'admin' })
    // Another name at the provider changes nothing here.
    const { client: second } = await signIn({ sub, preferred_username: 'francis' })
    expect(await whoIs(second)).toMatchObject({ username: 'frank', role: 'admin' })
    await signIn({ ...frank, groups: 'staff' })
    expect(await whoIs(second)).toMatchObject({ role: 'user' })
    const { error } = await signIn({ ...frank, groups: [] })
    expect(error).toBe('oidc_no_role')
    expect([await whoIs(first), await whoIs(second)]).toEqual([401, 401])
    expect((await userNamed('frank'))?.role).toBe('user')
  })

  test('can come from the userinfo endpoint', async () => {
    provider.userInfo = { groups: ['finance'], preferred_username: 'grace' }
    const { client } = await signIn({ sub: 'grace-1' })
    expect(await whoIs(client)).toMatchObject({ username: 'grace', role: 'viewer' })
  })
})

describe('an existing user', () => {
  test('is found by an address that the provider has verified, and by no other', async () => {
    await admin.call('POST', '/users', { username: 'heidi', email: 'Heidi@x.test', role: 'user' })
    const heidi = { preferred_username: 'heidi', email: 'heidi@x.test', groups: ['finance'] }
    const unverified = await signIn({ ...heidi, sub: 'mallory', email_verified: false })
    expect(unverified.error).toBe('oidc_name_taken')
    const { client } = await signIn({ ...heidi, sub: 'heidi-1', email_verified: true })
    expect(await whoIs(client)).toMatchObject({ username: 'heidi', role: 'viewer' })
    // The address now belongs to another person at the provider.
    const next = await signIn({ ...heidi, sub: 'heidi-2', email_verified: true })
    expect(next.error).toBe('oidc_name_taken')
  })

  test('is never linked by name', async () => {
    const { error, client } = await signIn({
      sub: 'mallory',
      preferred_username: 'admin',
      groups: ['staff'],
    })
    expect([error, await whoIs(client)]).toEqual(['oidc_name_taken', 401])
  })

  test('a disabled user is refused', async () => {
    const ivan = { sub: 'ivan-1', preferred_username: 'ivan', groups: ['staff'] }
    await signIn(ivan)
    const { id } = (await userNamed('ivan')) ?? { id: 0 }
    await admin.call('PATCH', `/users/${id}`, { status: 'disabled' })
    expect((await signIn(ivan)).error).toBe('oidc_disabled')
  })
})

test('an unknown user without a role in the claims is not created', async () => {
  const judy = { sub: 'judy-1', preferred_username: 'judy' }
  expect((await signIn({ ...judy, groups: ['guests'] })).error).toBe('oidc_no_role')
  expect((await signIn(judy)).error).toBe('oidc_unknown_user')
  expect(await userNamed('judy')).toBeUndefined()
})

describe('a sign-in is refused', () => {
  const user = { sub: 'eve-1', preferred_username: 'eve', groups: ['staff'] }
  const refused = async (client: ConsoleClient, callback: string) => {
    const url = await finish(client, callback)
    expect(url.searchParams.get('sign_in_error')).toBe('oidc_failed')
    expect(await whoIs(client)).toBe(401)
  }

  test('in a browser that did not begin it', async () => {
    provider.user = user
    const callback = await visitProvider(consoleClient(gateway))
    await refused(consoleClient(gateway), callback)
    const other = consoleClient(gateway)
    await visitProvider(other)
    await refused(other, callback)
  })

  test('the second time', async () => {
    provider.user = user
    const client = consoleClient(gateway)
    const callback = await visitProvider(client)
    const cookies = new Map(client.cookies)
    await finish(client, callback)
    const again = consoleClient(gateway)
    for (const [name, value] of cookies) again.cookies.set(name, value)
    await refused(again, callback)
  })

  test('if the provider refuses it', async () => {
    const client = consoleClient(gateway)
    const { searchParams } = new URL(`http://x${await visitProvider(client)}`)
    await refused(client, `/oidc/callback?error=access_denied&state=${searchParams.get('state')}`)
  })

  test.each<[string, (claims: Record<string, unknown>) => Record<string, unknown>]>([
    ['for another client', (claims) => ({ ...claims, aud: 'other' })],
    ['of another provider', (claims) => ({ ...claims, iss: 'http://127.0.0.1:1' })],
    ['for another sign-in', (claims) => ({ ...claims, nonce: 'other' })],
    ['that has expired', (claims) => ({ ...claims, exp: 1_700_000_000 })],
    ['without a subject', ({ sub: _, ...claims }) => claims],
  ])('with a token %s', async (_, claims) => {
    provider.user = user
    provider.claims = claims
    const client = consoleClient(gateway)
    await refused(client, await visitProvider(client))
  })

  test('with a token that another key signed', async () => {
    provider.user = user
    provider.forges = true
    const client = consoleClient(gateway)
    await refused(client, await visitProvider(client))
  })
})

test.each(['https://evil.test/console/', '//evil.test', 'javascript:alert(1)'])(
  'the browser is not sent on to %s',
  async (place) => {
    provider.user = { sub: 'eve-1', preferred_username: 'eve', groups: ['staff'] }
    const client = consoleClient(gateway)
    const callback = await visitProvider(client, `?return_to=${encodeURIComponent(place)}`)
    expect((await finish(client, callback)).href).toBe(`${gateway.origin}/console/`)
  },
)

test('the browser returns to the page of the console where it began', async () => {
  const page = `${gateway.origin}/console/usage?by=user`
  const client = consoleClient(gateway)
  const callback = await visitProvider(client, `?return_to=${encodeURIComponent(page)}`)
  expect((await finish(client, callback)).href).toBe(page)
})

test('an unreachable provider stops neither the start nor the sign-in with a password', async () => {
  const lonely = await startGateway({
    env: { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'x', OIDC_CLIENT_SECRET: 'y' },
  })
  try {
    const client = await signedInAdmin(lonely)
    const start = await client.call('GET', '/oidc/start')
    expect(start.headers.get('location')).toBe(
      `${lonely.origin}/console/?sign_in_error=oidc_unavailable`,
    )
    const options = await (await client.call('GET', '/session/options')).json()
    expect(options).toMatchObject({ password: true, oidc: { available: false } })
    const signedIn = await consoleClient(lonely).call('POST', '/session', {
      username: 'admin',
      password: 'correct horse battery',
    })
    expect(signedIn.status).toBe(200)
  } finally {
    await lonely.stop()
  }
})
