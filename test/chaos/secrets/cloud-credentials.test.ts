/**
 * Credentials of clouds at rest: a service account, AWS keys and an Entra application are used, renewed and refused, on
 * both databases. Neither they nor the tokens they obtain are stored or logged in the clear.
 */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createVault } from '../../../src/adapters/vault/aes-vault.ts'
import { bindingOf } from '../../../src/upstreams/vault.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'
import { ask } from '../asking.ts'
import { keptOf } from './kept-of-requests.ts'
import { leakForms } from './leaking.ts'

const ENCRYPTION_KEY = randomBytes(32)
const random = (prefix: string) => prefix + randomBytes(24).toString('hex')
const AWS = { id: 'AKIAIOSFODNN7EXAMPLE', secret: random('aws'), session: random('session') }
const ENTRA = { clientId: 'app-1', tenantId: 'tenant-1', clientSecret: random('entra') }
const TOKENS = { '/google/token': random('ya29.'), '/tenant-1/oauth2/v2.0/token': random('eyJ0') }

/** Token servers and hosts of models at one address; with `refuses`, the token servers repeat what they got. */
const cloud = { refuses: false, authorized: [] as string[] }
const host = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    const { pathname } = new URL(request.url)
    const body = await request.text()
    const token = TOKENS[pathname as keyof typeof TOKENS]
    if (token !== undefined && cloud.refuses)
      return Response.json({ error: 'invalid_client', error_description: body }, { status: 401 })
    if (token !== undefined) return Response.json({ access_token: token, expires_in: 3600 })
    cloud.authorized.push(request.headers.get('authorization') ?? '')
    if (pathname.endsWith('/converse'))
      return Response.json({
        output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
        stopReason: 'end_turn',
        usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
      })
    if (pathname.endsWith(':generateContent'))
      return Response.json({
        candidates: [{ content: { parts: [{ text: 'Hello' }] }, finishReason: 'STOP' }],
      })
    return Response.json({ choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] })
  },
})
afterAll(() => host.stop(true))
const url = `http://127.0.0.1:${host.port}`

async function serviceAccount(): Promise<{ secret: string; lines: string[] }> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048 }
  const exponent = { publicExponent: new Uint8Array([1, 0, 1]) }
  const pair = await crypto.subtle.generateKey({ ...algorithm, ...exponent }, true, ['sign'])
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
  // The first line of every RSA key is the same.
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  const secret = JSON.stringify({
    type: 'service_account',
    client_email: 'gateway@project.test',
    private_key: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
    private_key_id: 'key-1',
    token_uri: `${url}/google/token`,
  })
  return { secret, lines: lines.slice(1) }
}
const google = await serviceAccount()

const UPSTREAMS = [
  { provider: 'vertex', model: 'gemini-2.5-flash', key: google.secret },
  { provider: 'bedrock', model: 'amazon.pair', key: `${AWS.id}:${AWS.secret}:${AWS.session}` },
  {
    provider: 'bedrock',
    model: 'amazon.json',
    key: JSON.stringify({
      AccessKeyId: AWS.id,
      SecretAccessKey: AWS.secret,
      SessionToken: AWS.session,
    }),
  },
  { provider: 'azure', model: 'gpt-entra', key: JSON.stringify(ENTRA) },
] as const

/** The same secrets of other owners, whose tokens are not there yet. */
const REFUSED = [
  {
    provider: 'vertex' as const,
    model: 'gemini-refused',
    key: google.secret.replace('"key-1"', '"key-2"'),
  },
  {
    provider: 'azure' as const,
    model: 'gpt-refused',
    key: JSON.stringify({ ...ENTRA, clientId: 'app-2' }),
  },
]

/** What must appear nowhere: each secret in every form, the key line by line, and the tokens. */
const SECRETS = [
  ...[AWS.secret, AWS.session, ENTRA.clientSecret, ...Object.values(TOKENS)].flatMap(leakForms),
  ...google.lines.map((line, index) => [`line ${index} of the private key`, line] as const),
]
const foundIn = (content: string) =>
  SECRETS.filter(([, form]) => content.includes(form)).map(([name]) => name)

describe.each(['SQLite', 'PostgreSQL'])('on %s', (database) => {
  let server: PostgresServer | null = null
  let gateway: Gateway
  beforeAll(async () => {
    cloud.refuses = false
    server = database === 'SQLite' ? null : await startPostgres({ settings: ['fsync=off'] })
    const stored = server === null ? {} : { DATABASE_URL: server.url() }
    gateway = await startGateway({
      env: {
        ...{ LOG_LEVEL: 'debug', ENCRYPTION_KEY: ENCRYPTION_KEY.toString('hex') },
        ...{ AZURE_AUTHORITY_HOST: url, CIRCUIT_BREAKER_THRESHOLD: '1000000' },
        ...stored,
      },
      upstreams: [...UPSTREAMS, ...REFUSED].map(({ provider, model, key }) => {
        const of = { name: model, provider, key, baseUrl: url }
        return provider === 'azure'
          ? { ...of, deployments: { [model]: model } }
          : { ...of, models: [model] }
      }),
    })
  }, 60_000)
  afterAll(async () => {
    await gateway.stop()
    await server?.close()
  }, 60_000)

  const query = (sql: string) => {
    if (server !== null) return server.sql(sql)
    using reading = gateway.database()
    return reading.query<Record<string, unknown>, []>(sql).all()
  }

  test('each is used, and stored as a ciphertext that only the encryption key opens', async () => {
    for (const { model } of UPSTREAMS) expect((await ask(gateway, model)).status).toBe(200)
    expect(cloud.authorized.slice(-4)).toEqual([
      `Bearer ${TOKENS['/google/token']}`,
      ...[0, 1].map(() => expect.stringContaining(`Credential=${AWS.id}/`)),
      `Bearer ${TOKENS['/tenant-1/oauth2/v2.0/token']}`,
    ])
    const rows = query('SELECT id, base_url, encrypted_key FROM upstream_keys ORDER BY id')
    const open = (active: Uint8Array) =>
      rows.map(({ id, base_url, encrypted_key }) =>
        createVault({ active, old: [] }).open(
          String(encrypted_key),
          bindingOf({ id: Number(id), baseUrl: String(base_url) }),
        ),
      )
    expect(open(ENCRYPTION_KEY)).toEqual(
      [...UPSTREAMS, ...REFUSED].map(({ key }) => ({ ok: true, secret: key })),
    )
    expect(open(randomBytes(32)).filter(({ ok }) => ok)).toEqual([])
  }, 60_000)

  test('none is in the rows, files, logs or metrics, even if a token server repeats it', async () => {
    cloud.refuses = true
    for (const { model } of REFUSED) {
      const { status, text } = await ask(gateway, model)
      expect([status, foundIn(text)]).toEqual([502, []])
    }
    cloud.refuses = false
    const last = await ask(gateway, UPSTREAMS[0].model)
    const kept = await keptOf(gateway, query, last.headers.get('x-request-id') ?? '')
    for (const [place, content] of Object.entries(kept))
      expect({ place, found: foundIn(content) }).toEqual({ place, found: [] })
    const listed = await gateway.cli(['upstream', 'list', '--json'])
    expect(listed.stdout).toContain('amazon.pair')
    expect(foundIn(listed.stdout)).toEqual([])
  }, 60_000)

  test('a backup holds them as ciphertexts only', async () => {
    if (server !== null) {
      expect(foundIn(server.dump())).toEqual([])
      expect(server.dump()).toContain('amazon.pair')
      return
    }
    const file = join(gateway.dataDir, 'copy.sqlite')
    expect((await gateway.cli(['backup', file])).exitCode).toBe(0)
    const copy = readFileSync(file, 'latin1')
    expect(copy).toContain('amazon.pair')
    expect(foundIn(copy)).toEqual([])
  }, 60_000)
})
