/** Our signatures are those of AWS's own signer, for any request. */
import { expect, test } from 'bun:test'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { signRequest, type UnsignedRequest } from '../../src/providers/credentials/sigv4.ts'
import type { AwsKeys } from '../../src/upstreams/credentials.ts'

class Sha256 {
  private readonly hasher: Bun.CryptoHasher
  constructor(secret?: unknown) {
    this.hasher = new Bun.CryptoHasher('sha256', secret as Uint8Array | undefined)
  }
  update(data: unknown) {
    this.hasher.update(data as Uint8Array)
  }
  async digest() {
    return new Uint8Array(this.hasher.digest())
  }
  reset() {}
}

const NOW_MS = Date.UTC(2026, 10, 28, 12, 0, 0)

async function signedByAws(request: UnsignedRequest, keys: AwsKeys, region: string) {
  const url = new URL(request.url)
  const { sessionToken, ...own } = keys
  const signer = new SignatureV4({
    credentials: sessionToken === null ? own : { ...own, sessionToken },
    region,
    service: 'bedrock',
    sha256: Sha256,
    applyChecksum: false,
  })
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...request.headers, host: url.host },
      body: request.body,
    },
    { signingDate: new Date(NOW_MS) },
  )
  return signed.headers.authorization
}

const word = fc.stringMatching(/^[A-Za-z0-9]{1,20}$/)

test('signs as AWS does: any model name in the path, query, body and session token', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        model: fc.string({ minLength: 1, unit: 'grapheme' }),
        query: fc.dictionary(word, fc.string(), { maxKeys: 3 }),
        body: fc.string({ unit: 'grapheme' }),
        sessionToken: fc.option(word),
        region: fc.constantFrom('us-east-1', 'eu-central-1'),
        port: fc.constantFrom('', ':8443'),
      }),
      async ({ model, query, body, sessionToken, region, port }) => {
        const request = {
          method: 'POST',
          url: `https://bedrock.test${port}/model/${encodeURIComponent(model)}/converse?${new URLSearchParams(query)}`,
          headers: { 'content-type': 'application/json', accept: 'a  b ' },
          body,
        }
        const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI', sessionToken }
        const ours = signRequest(request, keys, { region, service: 'bedrock' }, NOW_MS)
        expect(ours.authorization).toBe(await signedByAws(request, keys, region))
      },
    ),
    { numRuns: 300 },
  )
})

test('encodes the colon of a Bedrock model name twice in the signed text', () => {
  const request = {
    method: 'POST',
    url: 'https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse',
    headers: {},
    body: '{}',
  }
  const keys = { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' }
  const headers = signRequest(request, keys, { region: 'us-east-1', service: 'bedrock' }, NOW_MS)
  expect(headers['x-amz-security-token']).toBe('token')
  expect(headers['x-amz-date']).toBe('20261128T120000Z')
  expect(headers.authorization).toStartWith(
    'AWS4-HMAC-SHA256 Credential=AKID/20261128/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=',
  )
})
