/** Single sign-on with a certified OpenID provider, directly and through an outgoing proxy. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Gateway, startGateway } from '../support/gateway.ts'
import {
  type CertifiedProvider,
  startCertifiedProvider,
} from '../support/vendors/certified-openid-provider.ts'
import { consoleClient } from './console-client.ts'

const PUBLIC_URL = 'https://gateway.example'

let provider: CertifiedProvider
let proxy: Server
const proxied: string[] = []
beforeAll(async () => {
  provider = await startCertifiedProvider(`${PUBLIC_URL}/admin/v1/oidc/callback`)
  proxy = createServer((asked, reply) => {
    proxied.push(asked.url ?? '')
    const forwarded = request(
      asked.url ?? '',
      { method: asked.method, headers: asked.headers },
      (answer) => {
        reply.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(reply)
      },
    )
    asked.pipe(forwarded)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
}, 60_000)
afterAll(async () => {
  proxy.closeAllConnections()
  proxy.close()
  await provider.stop()
})

async function gatewayWith(env: Record<string, string> = {}): Promise<Gateway> {
  return startGateway({
    env: {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: provider.clientId,
      OIDC_CLIENT_SECRET: provider.clientSecret,
      OIDC_ROLES: 'gateway-admins=admin,finance=viewer',
      PUBLIC_URL,
      ...env,
    },
  })
}

/** The role that the account is signed in with; null if it was refused. */
async function signIn(gateway: Gateway, account: string): Promise<string | null> {
  const client = consoleClient(gateway)
  const start = await client.call('GET', '/oidc/start')
  const back = new URL(await provider.visit(start.headers.get('location') ?? '', account))
  expect(back.origin).toBe(PUBLIC_URL)
  const end = await client.call('GET', `/oidc/callback${back.search}`)
  expect(end.status).toBe(302)
  const session = await client.call('GET', '/session')
  if (session.status !== 200) return null
  return ((await session.json()) as { role: string }).role
}

test('a person signs in with the role of the claim, and is known again', async () => {
  const gateway = await gatewayWith()
  try {
    provider.claims.set('ada', { groups: ['gateway-admins'] })
    provider.claims.set('flo', { groups: ['finance'] })
    expect(await signIn(gateway, 'ada')).toBe('admin')
    expect(await signIn(gateway, 'flo')).toBe('viewer')
    provider.claims.set('flo', { groups: ['gateway-admins'] })
    expect(await signIn(gateway, 'flo')).toBe('admin')
    provider.claims.set('flo', { groups: [] })
    expect(await signIn(gateway, 'flo')).toBeNull()
    expect(await signIn(gateway, 'stranger')).toBeNull()
  } finally {
    await gateway.stop()
  }
}, 60_000)

test('requests to the provider go through the outgoing proxy', async () => {
  const { port } = proxy.address() as AddressInfo
  const gateway = await gatewayWith({ HTTP_PROXY: `http://127.0.0.1:${port}` })
  try {
    provider.claims.set('ida', { groups: ['finance'] })
    expect(await signIn(gateway, 'ida')).toBe('viewer')
    const paths = proxied.map((url) => new URL(url).pathname)
    for (const path of ['/.well-known/openid-configuration', '/token', '/jwks'])
      expect(paths).toContain(path)
  } finally {
    await gateway.stop()
  }
}, 60_000)

test('requests to a provider that NO_PROXY names do not', async () => {
  proxied.length = 0
  const { port } = proxy.address() as AddressInfo
  const gateway = await gatewayWith({
    HTTP_PROXY: `http://127.0.0.1:${port}`,
    NO_PROXY: '127.0.0.1',
  })
  try {
    expect(await signIn(gateway, 'ida')).toBe('viewer')
    expect(proxied).toEqual([])
  } finally {
    await gateway.stop()
  }
}, 60_000)
