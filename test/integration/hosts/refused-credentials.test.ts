/** Access tokens that cannot be had, behind a real gateway: whose fault it is, for the client, the operator, the doctor. */
import { afterAll, beforeEach, expect, test } from 'bun:test'
import { startGateway } from '../../support/gateway.ts'
import { waitFor } from '../../support/waiting.ts'

const entra = (clientId: string) =>
  JSON.stringify({ tenantId: 't', clientId, clientSecret: 'entra-secret-5Rk2Wn8Zq1' })
const CHOICE = { index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }
const ANSWER = { id: 'c', object: 'chat.completion', model: 'm', choices: [CHOICE] }

/** Applications that the issuer refuses; or its status for all. */
const issuer = { refused: new Set<string>(), status: 200 }
const seen: { path: string; authorization: string | null }[] = []
const host = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const { pathname } = new URL(request.url)
    if (pathname.endsWith('/oauth2/v2.0/token')) {
      const client = new URLSearchParams(await request.text()).get('client_id') ?? ''
      const error = { error: 'invalid_client', error_description: 'the secret has expired' }
      if (issuer.refused.has(client)) return Response.json(error, { status: 401 })
      if (issuer.status !== 200) return new Response('', { status: issuer.status })
      return Response.json({ access_token: `token-of-${client}`, expires_in: 3600 })
    }
    seen.push({ path: pathname, authorization: request.headers.get('authorization') })
    if (pathname.endsWith('/files')) return Response.json({ object: 'list', data: [] })
    if (pathname.endsWith('/models')) return Response.json({ object: 'list', data: [] })
    return Response.json(ANSWER)
  },
})
const url = `http://127.0.0.1:${host.port}`
const upstream = (name: string, model: string) => ({
  name,
  provider: 'azure' as const,
  baseUrl: url,
  key: entra(name),
  deployments: { [model]: model },
})
const gateway = await startGateway({
  env: { AZURE_AUTHORITY_HOST: url },
  upstreams: [
    upstream('expired', 'gpt-alone'),
    upstream('gone', 'gpt-both'),
    upstream('good', 'gpt-both'),
    upstream('waits', 'gpt-waits'),
  ],
})
afterAll(async () => {
  await gateway.stop()
  host.stop(true)
})
beforeEach(() => {
  issuer.refused = new Set(['expired', 'gone'])
  issuer.status = 200
})

const chat = (model: string) => gateway.chat({ model, messages: [{ role: 'user', content: 'Hi' }] })
const row = (name: string) => {
  using reading = gateway.database()
  return reading
    .query<Record<string, unknown>, [string]>('SELECT * FROM upstream_keys WHERE name = ?')
    .get(name)
}

test('the client learns that an operator has to act, and nothing of the secret', async () => {
  const reply = await chat('gpt-alone')
  expect(reply.status).toBe(502)
  const { error } = (await reply.json()) as { error: { code: string; message: string } }
  expect(error.code).toBe('upstream_error')
  expect(error.message).toContain(
    "refused the gateway's credentials. An operator must replace them",
  )
  const again = await chat('gpt-alone')
  expect(again.status).toBe(503)
  expect(await again.text()).toContain('no_available_upstream')
})

test('the key alone is invalid, with the issuer’s reason; the host and other keys are not', async () => {
  await waitFor('the key to be invalid', () => row('expired')?.status === 'invalid')
  expect(row('expired')?.last_error).toContain(
    'its credentials were refused: Microsoft Entra ID, for the application expired, answered with 401: invalid_client: the secret has expired',
  )
  // Until both were met: the choice between two keys is random.
  while (row('gone')?.status !== 'invalid') {
    const reply = await chat('gpt-both')
    expect(reply.status).toBe(200)
    await reply.arrayBuffer()
  }
  expect(row('good')?.status).toBe('healthy')
}, 60_000)

test('the doctor and the test of a key name the issuer’s reason', async () => {
  const tested = await gateway.cli(['upstream', 'test', 'expired', '--json'])
  expect(tested.exitCode).not.toBe(0)
  expect(tested.stdout).toContain('its credentials were refused')
  const { stdout } = await gateway.cli(['doctor', '--only', 'UPS-1', '--lang', 'zh'])
  expect(stdout).toContain('存储的凭据换不到访问令牌（凭据被拒绝：')
  expect(stdout).toContain('the secret has expired')
  expect(stdout).not.toContain('entra-secret')
}, 60_000)

test('an issuer that fails rests the key for a moment, and it comes back', async () => {
  issuer.status = 500
  const reply = await chat('gpt-waits')
  expect(reply.status).toBe(502)
  expect(await reply.text()).toContain('no credentials: Microsoft Entra ID')
  await waitFor('the key to rest', () => row('waits')?.status === 'cooldown')
  issuer.status = 200
  await waitFor('an answer', async () => (await chat('gpt-waits')).status === 200)
}, 60_000)

test('routes that pass carry the token too', async () => {
  const headers = { authorization: `Bearer ${gateway.proxyKey}` }
  seen.length = 0
  const reply = await fetch(`${gateway.baseUrl}/files`, { headers })
  expect(reply.status).toBe(200)
  expect(seen.filter(({ path }) => path.endsWith('/files'))).not.toBeEmpty()
  for (const { path, authorization } of seen)
    expect([path, authorization]).toEqual([path, expect.stringMatching(/^Bearer token-of-/)])
}, 60_000)
