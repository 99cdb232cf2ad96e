/** Tokens from scripted servers on real sockets: what is sent there, and what comes of their answers. */
import { afterEach, describe, expect, test } from 'bun:test'
import { RenewableCredentials } from './credentials.ts'
import type { CredentialFetch, CredentialRequest } from './token-request.ts'

interface Asked {
  method: string
  path: string
  headers: Headers
  form: URLSearchParams
}

const servers: Bun.Server<undefined>[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.stop(true)
})

/** A server that answers in turn, and remembers what it was asked. */
function serve(answer: (asked: Asked, count: number) => Response | Promise<Response>) {
  const asked: Asked[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname } = new URL(request.url)
      const form = new URLSearchParams(await request.text())
      const each = { method: request.method, path: pathname, headers: request.headers, form }
      asked.push(each)
      return answer(each, asked.length)
    },
  })
  servers.push(server)
  return { asked, host: `127.0.0.1:${server.port}`, url: `http://127.0.0.1:${server.port}` }
}

const realFetch: CredentialFetch = async ({ method, url, headers, body }) => {
  const reply = await fetch(url, { method, headers, body, redirect: 'manual' })
  return { status: reply.status, body: await reply.text() }
}

interface Given {
  host?: string
  url?: string
  role?: object
  fetch?: CredentialFetch
}

function credentials(more: Given = {}) {
  const clock = { ms: Date.UTC(2026, 10, 28) }
  const made = new RenewableCredentials({
    fetch: more.fetch ?? realFetch,
    nowMs: () => clock.ms,
    sources: {
      googleMetadataHost: more.host ?? 'unused.test',
      entraAuthority: more.url ?? 'http://unused.test',
      awsRole: {
        webIdentity: null,
        container: null,
        metadataUrl: more.url ?? 'http://unused.test',
        ...more.role,
      },
    },
  })
  return { made, clock }
}

async function serviceAccount(tokenUri: string) {
  const algorithm = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  }
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  const secret = JSON.stringify({
    type: 'service_account',
    client_email: 'gateway@project.test',
    private_key: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
    private_key_id: 'key-1',
    token_uri: tokenUri,
  })
  return { secret, publicKey: pair.publicKey }
}

describe('a Google service account', () => {
  test('gets one token for all requests by an assertion that its public key verifies', async () => {
    const server = serve(() => Response.json({ access_token: 'ya29.one', expires_in: 3600 }))
    const { secret, publicKey } = await serviceAccount(`${server.url}/token`)
    const { made } = credentials()
    const tokens = await Promise.all(Array.from({ length: 50 }, async () => made.token(secret)))
    expect(new Set(tokens)).toEqual(new Set(['ya29.one']))
    expect(server.asked).toHaveLength(1)
    const [asked] = server.asked
    expect(asked?.form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer')
    const [header = '', claims = '', signature = ''] =
      asked?.form.get('assertion')?.split('.') ?? []
    const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
    expect(decoded(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' })
    expect(decoded(claims)).toMatchObject({
      iss: 'gateway@project.test',
      aud: `${server.url}/token`,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
    })
    expect(decoded(claims).exp - decoded(claims).iat).toBe(3_600)
    const verified = await crypto.subtle.verify(
      'RSASSA-PKCS1-v1_5',
      publicKey,
      Buffer.from(signature, 'base64url'),
      new TextEncoder().encode(`${header}.${claims}`),
    )
    expect(verified).toBe(true)
  })

  test('renews its token before it expires', async () => {
    const server = serve((_, count) =>
      Response.json({ access_token: `t${count}`, expires_in: 3600 }),
    )
    const { secret } = await serviceAccount(server.url)
    const { made, clock } = credentials()
    expect(await made.token(secret)).toBe('t1')
    clock.ms += 56 * 60_000
    expect(made.token(secret)).toBe('t1')
    while (made.token(secret) === 't1') await Bun.sleep(1)
    expect(made.token(secret)).toBe('t2')
    expect(server.asked).toHaveLength(2)
  })

  test('that is refused says why, without its key', async () => {
    const answer = { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }
    const server = serve(() => Response.json(answer, { status: 400 }))
    const { secret } = await serviceAccount(server.url)
    const refusal = Promise.resolve(credentials().made.token(secret))
    expect(refusal).rejects.toMatchObject({ name: 'CredentialError', refused: true })
    expect(refusal).rejects.toThrow('invalid_grant: Invalid JWT Signature.')
    await refusal.catch((error) => expect(String(error)).not.toContain('PRIVATE KEY'))
  })
})

test('the metadata server gives the machine’s own token if the request names its flavor header', async () => {
  const server = serve(({ headers }) =>
    headers.get('metadata-flavor') === 'Google'
      ? Response.json({ access_token: 'ya29.machine', expires_in: 3599 })
      : new Response('', { status: 403 }),
  )
  expect(await credentials(server).made.token('adc')).toBe('ya29.machine')
  expect(server.asked[0]?.path).toBe('/computeMetadata/v1/instance/service-accounts/default/token')
})

test('Entra ID gives a token for an application', async () => {
  const server = serve(() => Response.json({ access_token: 'eyJ', expires_in: '3599' }))
  const secret = JSON.stringify({ tenantId: 'tenant', clientId: 'client', clientSecret: 's3cret' })
  expect(await credentials(server).made.token(secret)).toBe('eyJ')
  expect(server.asked[0]?.path).toBe('/tenant/oauth2/v2.0/token')
  expect(Object.fromEntries(server.asked[0]?.form ?? [])).toEqual({
    grant_type: 'client_credentials',
    client_id: 'client',
    client_secret: 's3cret',
    scope: 'https://cognitiveservices.azure.com/.default',
  })
})

describe('AWS keys', () => {
  const KEYS = {
    AccessKeyId: 'ASIA1',
    SecretAccessKey: 'secret',
    Token: 'session',
    Expiration: '2026-11-28T06:00:00Z',
  }
  const READ = { accessKeyId: 'ASIA1', secretAccessKey: 'secret', sessionToken: 'session' }

  test('are taken from the secret, in any of the forms that people have', () => {
    const { made } = credentials()
    const own = {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    }
    const forms = [
      `${own.accessKeyId}:${own.secretAccessKey}`,
      JSON.stringify(own),
      JSON.stringify({ AccessKeyId: own.accessKeyId, SecretAccessKey: own.secretAccessKey }),
      JSON.stringify({
        Credentials: { AccessKeyId: own.accessKeyId, SecretAccessKey: own.secretAccessKey },
        AssumedRoleUser: { Arn: 'arn:aws:sts::1:assumed-role/r/s' },
      }),
    ]
    for (const form of forms) expect(made.awsKeys(form)).toEqual({ ...own, sessionToken: null })
    expect(made.awsKeys(`${forms[0]}:token`)).toEqual({ ...own, sessionToken: 'token' })
    expect(made.awsKeys('ABSKQmVkcm9ja0FQSUtleQ')).toBeNull()
  })

  test('of the machine’s role come by a session of its metadata service', async () => {
    const server = serve(({ method, path, headers }) => {
      if (method === 'PUT') return new Response('session-token')
      if (headers.get('x-aws-ec2-metadata-token') !== 'session-token')
        return new Response('', { status: 401 })
      return path.endsWith('/security-credentials/')
        ? new Response('my-role\n')
        : Response.json(KEYS)
    })
    expect(await credentials(server).made.awsKeys('role')).toEqual(READ)
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /latest/api/token',
      'GET /latest/meta-data/iam/security-credentials/',
      'GET /latest/meta-data/iam/security-credentials/my-role',
    ])
  })

  test('of a pod’s role come from STS for the pod’s token, read again each time', async () => {
    let reads = 0
    const server = serve(
      () =>
        new Response(
          `<R><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken><Expiration>2026-11-28T01:00:00Z</Expiration></R>`,
        ),
    )
    const webIdentity = {
      roleArn: 'arn:aws:iam::1:role/r',
      stsUrl: server.url,
      readToken: async () => `token-${++reads}`,
    }
    const { made, clock } = credentials({ role: { webIdentity } })
    expect(await made.awsKeys('role')).toEqual(READ)
    clock.ms += 3_600_000
    await made.awsKeys('role')
    expect(server.asked.map(({ form }) => form.get('WebIdentityToken'))).toEqual([
      'token-1',
      'token-2',
    ])
    expect(server.asked[0]?.form.get('RoleArn')).toBe('arn:aws:iam::1:role/r')
  })

  test('of a container come from its own address, with its authorization', async () => {
    const server = serve(({ headers }) =>
      headers.get('authorization') === 'pod'
        ? Response.json(KEYS)
        : new Response('', { status: 403 }),
    )
    const container = { url: `${server.url}/v2/credentials`, readAuthorization: async () => 'pod' }
    expect(await credentials({ role: { container } }).made.awsKeys('role')).toEqual(READ)
  })

  test('that STS refuses are refused with its reason', async () => {
    const body = '<E><Code>AccessDenied</Code><Message>Not authorized</Message></E>'
    const server = serve(() => new Response(body, { status: 403 }))
    const webIdentity = { roleArn: 'r', stsUrl: server.url, readToken: async () => 't' }
    const keys = Promise.resolve(credentials({ role: { webIdentity } }).made.awsKeys('role'))
    expect(keys).rejects.toMatchObject({ refused: true })
    expect(keys).rejects.toThrow('AccessDenied: Not authorized')
    await keys.catch(() => {})
  })
})

test('a user’s login at Google gets tokens by its refresh token', async () => {
  const secret = JSON.stringify({
    type: 'authorized_user',
    client_id: 'id.apps.googleusercontent.com',
    client_secret: 'GOCSPX-1',
    refresh_token: '1//0e',
    quota_project_id: 'p',
  })
  const sent: CredentialRequest[] = []
  const { made } = credentials({
    fetch: async (request) => {
      sent.push(request)
      return { status: 200, body: '{"access_token":"ya29.user","expires_in":3599}' }
    },
  })
  expect(await made.token(secret)).toBe('ya29.user')
  expect(sent[0]?.url).toBe('https://oauth2.googleapis.com/token')
  expect(Object.fromEntries(new URLSearchParams(sent[0]?.body ?? ''))).toEqual({
    grant_type: 'refresh_token',
    client_id: 'id.apps.googleusercontent.com',
    client_secret: 'GOCSPX-1',
    refresh_token: '1//0e',
  })
})

test('a metadata service that does not answer names the hop limit of containers', async () => {
  const fetch = () => Promise.reject(new Error('The operation timed out.'))
  const keys = Promise.resolve(credentials({ fetch }).made.awsKeys('role'))
  expect(keys).rejects.toMatchObject({ name: 'CredentialError', refused: false })
  expect(keys).rejects.toThrow("in a container the instance's metadata hop limit has to be 2")
  await keys.catch(() => {})
})
