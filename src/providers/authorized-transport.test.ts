/** Credentials that an upstream refuses before their time: renewed once for all, and the request is sent once more. */
import { expect, test } from 'bun:test'
import { type Script, scriptedTransport } from '../../test/support/in-process/scripted-transport.ts'
import type { WireRequest } from '../upstreams/transport.ts'
import { authorizedTransport } from './authorized-transport.ts'
import { bedrock } from './bedrock.ts'
import type { RoleSources } from './credentials/aws.ts'
import { RenewableCredentials } from './credentials/credentials.ts'
import type { CredentialReply } from './credentials/token-request.ts'
import { withToken } from './with-token.ts'

const ENTRA = JSON.stringify({ tenantId: 't', clientId: 'c', clientSecret: 's3cret' })
const AWS_KEYS = 'AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
const START = Date.UTC(2026, 10, 28)

function rig(
  script: Script,
  answer: (() => CredentialReply) | null = null,
  webIdentity: RoleSources['webIdentity'] = null,
) {
  const clock = { ms: START }
  let obtained = 0
  const credentials = new RenewableCredentials({
    async fetch({ url }) {
      obtained++
      if (answer !== null) return answer()
      const body = url.endsWith('/token')
        ? { access_token: `token-${obtained}`, expires_in: 3600 }
        : {
            AccessKeyId: `ASIA${obtained}`,
            SecretAccessKey: 'secret',
            Token: 'session',
            Expiration: '2026-11-28T06:00:00Z',
          }
      return { status: 200, body: JSON.stringify(body) }
    },
    nowMs: () => clock.ms,
    sources: {
      googleMetadataHost: 'unused.test',
      entraAuthority: 'http://entra.test',
      awsRole: {
        webIdentity,
        container: { url: 'http://container.test/keys', readAuthorization: async () => null },
        metadataUrl: 'http://unused.test',
      },
    },
  })
  const transport = scriptedTransport(script)
  const sending = authorizedTransport(transport, credentials)
  const send = (request: WireRequest) => sending.send(request, { fresh: false }).reply
  return { clock, transport, send, credentials, obtained: () => obtained }
}

function tokenRequest(secret: string): WireRequest {
  const url = 'https://azure.test/openai'
  return { method: 'POST', url, headers: {}, body: '{}', prepare: withToken(secret) }
}

function bedrockRequest(secret: string): WireRequest {
  const baseUrl = 'https://bedrock-runtime.eu-west-1.amazonaws.com'
  const upstream = { baseUrl, headers: null, deployments: null }
  const asked = { endpoint: 'converse', model: 'amazon.nova-lite-v1:0', stream: false, text: '{}' }
  const destination = bedrock.destination(upstream as never, secret, asked as never)
  return { method: 'POST', body: '{}', ...destination }
}

const accepts =
  (token: string): Script =>
  ({ headers }) => ({
    status: headers.authorization === `Bearer ${token}` ? 200 : 401,
  })

test('a token that is refused after a while is renewed, and the request is sent once more', async () => {
  const { clock, send, transport, obtained } = rig(accepts('token-2'))
  expect((await send(tokenRequest(ENTRA))).status).toBe(401)
  expect(transport.sent).toHaveLength(1)
  clock.ms += 60_000
  expect((await send(tokenRequest(ENTRA))).status).toBe(200)
  expect(transport.sent).toHaveLength(3)
  expect(obtained()).toBe(2)
})

test('a hundred requests with one refused token cause one renewal', async () => {
  const { clock, send, obtained } = rig(accepts('token-2'))
  await send(tokenRequest(ENTRA))
  clock.ms += 60_000
  const replies = await Promise.all(Array.from({ length: 100 }, () => send(tokenRequest(ENTRA))))
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
  expect(obtained()).toBe(2)
})

test('an upstream that refuses every token causes no storm: each request is sent once', async () => {
  const { clock, send, transport, obtained } = rig(() => ({ status: 401 }))
  await send(tokenRequest(ENTRA))
  clock.ms += 60_000
  for (let count = 0; count < 10; count++) await send(tokenRequest(ENTRA))
  expect(transport.sent).toHaveLength(12)
  expect(obtained()).toBe(2)
})

test('a key that is sent as it is, and a 403 that names no token, are not sent again', async () => {
  const key = rig(() => ({ status: 401 }))
  expect((await key.send(tokenRequest('plain-key'))).status).toBe(401)
  expect(key.transport.sent).toHaveLength(1)
  const headers = { 'x-amzn-errortype': 'AccessDeniedException:http://internal.amazon.com/' }
  const model = rig(() => ({ status: 403, headers, body: '{"message":"no access"}' }))
  await model.send(bedrockRequest('role'))
  model.clock.ms += 60_000
  expect((await model.send(bedrockRequest('role'))).status).toBe(403)
  expect(model.transport.sent).toHaveLength(2)
})

test('a role’s keys that AWS calls expired are renewed', async () => {
  const { clock, send, transport } = rig(({ headers }) =>
    headers.authorization?.includes('ASIA2/')
      ? { status: 200 }
      : { status: 403, headers: { 'x-amzn-errortype': 'ExpiredTokenException' } },
  )
  await send(bedrockRequest('role'))
  clock.ms += 60_000
  expect((await send(bedrockRequest('role'))).status).toBe(200)
  expect(transport.sent.at(-1)?.headers['x-amz-security-token']).toBe('session')
})

test('where this machine’s clock is wrong, AWS’s own time is signed', async () => {
  const date = new Date(START + 3_600_000)
  const { send, transport } = rig(({ headers }) =>
    headers['x-amz-date'] === '20261128T010000Z'
      ? { status: 200 }
      : {
          status: 403,
          headers: { 'x-amzn-errortype': 'InvalidSignatureException', date: date.toUTCString() },
        },
  )
  expect((await send(bedrockRequest(AWS_KEYS))).status).toBe(200)
  expect((await send(bedrockRequest(AWS_KEYS))).status).toBe(200)
  expect(transport.sent).toHaveLength(3)
})

test('a wrong secret, with the right time, is refused at once', async () => {
  const headers = {
    'x-amzn-errortype': 'InvalidSignatureException',
    date: new Date(START).toUTCString(),
  }
  const { send, transport } = rig(() => ({ status: 403, headers, body: ['{ ', '"message":"no"}'] }))
  const reply = await send(bedrockRequest(AWS_KEYS))
  expect(transport.sent).toHaveLength(1)
  let body = ''
  for (let chunk = await reply.next(); chunk !== null; chunk = await reply.next())
    body += new TextDecoder().decode(chunk)
  expect(JSON.parse(body)).toEqual({ __type: 'InvalidSignatureException', message: 'no' })
})

const REFUSAL = { error: 'invalid_client', error_description: 'no such application' }

test.each([
  ['refused', 401, REFUSAL, 'credentials_refused'],
  ['overloaded, with a status of 400', 400, { error: 'temporarily_unavailable' }, 'no_credentials'],
  ['rate limited', 429, REFUSAL, 'no_credentials'],
  ['broken', 500, {}, 'no_credentials'],
  ['answered without a token', 200, {}, 'no_credentials'],
] as const)(
  'credentials that are %s fail before anything is sent',
  async (_, status, body, fault) => {
    const { send, transport } = rig(accepts('token-1'), () => ({
      status,
      body: JSON.stringify(body),
    }))
    const failed = send(tokenRequest(ENTRA))
    expect(failed).rejects.toMatchObject({ name: 'TransportError', fault, ambiguous: false })
    await failed.catch(() => {})
    expect(transport.sent).toHaveLength(0)
  },
)

test.each([
  ['ValidationError', 'credentials_refused'],
  ['ExpiredTokenException', 'credentials_refused'],
  ['Throttling', 'no_credentials'],
  ['IDPCommunicationError', 'no_credentials'],
])('STS that answers 400 with %s: %s', async (code, fault) => {
  const body = `<ErrorResponse><Error><Code>${code}</Code></Error></ErrorResponse>`
  const webIdentity = {
    roleArn: 'arn:aws:iam::1:role/r',
    readToken: async () => 'jwt',
    stsUrl: 'http://sts.test',
  }
  const { send } = rig(accepts(''), () => ({ status: 400, body }), webIdentity)
  await expect(send(bedrockRequest('role'))).rejects.toMatchObject({ fault })
})

test('a service account whose private key is none is refused', async () => {
  const account = { type: 'service_account', client_email: 'a@b.test', private_key: 'broken' }
  const { send } = rig(accepts(''))
  const failed = send(tokenRequest(JSON.stringify(account)))
  await expect(failed).rejects.toMatchObject({ fault: 'credentials_refused' })
})

test('a WebSocket carries the token too', async () => {
  const opened: WireRequest[] = []
  const base = scriptedTransport(accepts('token-1'))
  const { credentials } = rig(accepts('token-1'))
  const transport = authorizedTransport(
    {
      ...base,
      async openTunnel(request) {
        opened.push(request)
        throw new Error('not needed further')
      },
    },
    credentials,
  )
  const { openTunnel } = transport
  await expect(openTunnel?.(tokenRequest(ENTRA), [])).rejects.toThrow('not needed further')
  expect(opened[0]?.headers.authorization).toBe('Bearer token-1')
})
