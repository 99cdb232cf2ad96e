/** Gemini, Vertex AI and Bedrock behind a real gateway: what they get, signed and addressed, and what clients get. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { SignatureV4 } from '@smithy/signature-v4'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { dataOf } from '../support/translation/translation.ts'
import {
  type Asked,
  AWS,
  CLAUDE,
  GEMINI,
  type ModelHosts,
  startModelHosts,
} from '../support/vendors/model-hosts.ts'

let gateway: Gateway
let hosts: ModelHosts

beforeAll(async () => {
  hosts = startModelHosts()
  const { url, host } = hosts
  const vertex = `${url}/v1/projects/p/locations/l`
  gateway = await startGateway({
    env: { GCE_METADATA_HOST: host },
    upstreams: [
      {
        name: 'studio',
        provider: 'gemini',
        baseUrl: url,
        key: 'AIzaSyTestKey0123456789',
        models: ['gemini-3-pro'],
      },
      {
        name: 'refused',
        provider: 'gemini',
        baseUrl: url,
        key: 'AIzaSyWrongKey987654321',
        models: ['gemini-refused'],
      },
      {
        name: 'vertex',
        provider: 'vertex',
        baseUrl: vertex,
        key: 'adc',
        models: ['gemini-2.5-flash', 'claude-opus-4-8'],
      },
      {
        name: 'bedrock',
        provider: 'bedrock',
        baseUrl: url,
        key: AWS,
        models: [
          'amazon.nova-lite-v1:0',
          'amazon.broken-v1:0',
          'amazon.small-v1:0',
          'anthropic.claude-sonnet-4-5-20250929-v1:0',
        ],
      },
    ],
  })
})
afterAll(async () => {
  await gateway.stop()
  hosts.close()
})

const last = () => hosts.asked.at(-1) as Asked
const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${gateway.origin}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.proxyKey}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
  })
const chat = (model: string, more: object = {}) =>
  post('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hello' }], ...more })
/** The text that a chat client reads of a stream. */
const streamed = async (reply: Response) =>
  dataOf(await reply.text())
    .map((data) => data.choices?.[0]?.delta?.content ?? '')
    .join('')

describe('AI Studio', () => {
  test('gets a chat client’s request at its own path, with its key in its own header', async () => {
    const reply = await chat('gemini-3-pro')
    const body = (await reply.json()) as {
      choices: { message: { content: string } }[]
      usage: object
    }
    expect(body.choices[0]?.message.content).toBe('Grüezi')
    expect(body.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 })
    expect(last().path).toBe('/v1beta/models/gemini-3-pro:generateContent')
    expect(last().headers.get('x-goog-api-key')).toBe('AIzaSyTestKey0123456789')
    expect(await streamed(await chat('gemini-3-pro', { stream: true }))).toBe('Grüezi')
  })

  test('gets a Gemini client’s body byte for byte', async () => {
    const body = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }], labels: { a: '1' } }
    const reply = await post('/v1beta/models/gemini-3-pro:generateContent', body, {
      authorization: '',
      'x-goog-api-key': gateway.proxyKey,
    })
    expect(await reply.json()).toEqual(GEMINI)
    expect(last().body).toBe(JSON.stringify(body))
    const row = await gateway.usageRow(reply.headers.get('x-request-id') ?? '')
    expect(row).toMatchObject({ model: 'gemini-3-pro', prompt_tokens: 7, completion_tokens: 2 })
  })

  test('streams to a Gemini client as it is', async () => {
    const reply = await post('/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse', {
      contents: [],
    })
    expect(await reply.text()).toBe(`data: ${JSON.stringify(GEMINI)}\n\n`)
  })

  test('takes a key from the query, which no log shows', async () => {
    const path = `/v1beta/models/gemini-3-pro:generateContent?key=${gateway.proxyKey}`
    const reply = await post(path, { contents: [] }, { authorization: '' })
    expect(reply.status).toBe(200)
    expect(last().headers.get('x-goog-api-key')).toBe('AIzaSyTestKey0123456789')
    expect(gateway.logs()).not.toContain(gateway.proxyKey)
  })

  test('counts tokens, and the gateway counts them for models of others', async () => {
    const count = { contents: [{ role: 'user', parts: [{ text: 'How many tokens are these?' }] }] }
    const own = await post('/v1beta/models/gemini-3-pro:countTokens', count)
    expect(await own.json()).toEqual({ totalTokens: 31 })
    const other = await post('/v1beta/models/amazon.nova-lite-v1:0:countTokens', count)
    expect(other.headers.get('x-gpt-proxy-estimated')).toBe('true')
    const { totalTokens } = (await other.json()) as { totalTokens: number }
    expect(totalTokens).toBeGreaterThan(4)
    expect(totalTokens).toBeLessThan(20)
  })

  test('that refuses its key is not the client’s fault', async () => {
    const reply = await chat('gemini-refused')
    expect(reply.status).toBe(502)
    expect(JSON.stringify(await reply.json())).not.toContain('API key not valid')
  })

  test('has errors in Google’s form for its clients', async () => {
    const reply = await post('/v1beta/models/unknown:generateContent', { contents: [] })
    expect(reply.status).toBe(404)
    expect(await reply.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } })
    expect((await post('/v1beta/models/gemini-3-pro:sing', {})).status).toBe(404)
  })
})

describe('Vertex AI', () => {
  test('gets one token of the machine for all requests, and each model in its own format', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => chat('gemini-2.5-flash')))
    for (const reply of replies) expect(reply.status).toBe(200)
    expect(hosts.tokens()).toBe(1)
    expect(last().path).toBe(
      '/v1/projects/p/locations/l/publishers/google/models/gemini-2.5-flash:generateContent',
    )
    expect(last().headers.get('authorization')).toBe('Bearer ya29.machine')
    expect(await streamed(await chat('claude-opus-4-8', { stream: true }))).toBe('Grüezi')
    expect(last().path).toBe(
      '/v1/projects/p/locations/l/publishers/anthropic/models/claude-opus-4-8:streamRawPredict',
    )
    expect(JSON.parse(last().body)).toMatchObject({
      anthropic_version: 'vertex-2023-10-16',
      stream: true,
    })
    expect(JSON.parse(last().body).model).toBeUndefined()
  })

  test('streams Claude to a Messages client', async () => {
    const reply = await post(
      '/v1/messages?beta=true',
      {
        model: 'claude-opus-4-8',
        max_tokens: 10,
        stream: true,
        messages: [{ role: 'user', content: 'Hi' }],
      },
      { 'anthropic-beta': 'claude-code-20250219,effort-2025-11-24' },
    )
    expect(dataOf(await reply.text())).toEqual(CLAUDE)
    expect(JSON.parse(last().body).anthropic_beta).toEqual(['effort-2025-11-24'])
    expect(last().headers.get('anthropic-beta')).toBeNull()
  })
})

describe('Bedrock', () => {
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

  /** What AWS's own signer makes of the request as it arrived. */
  async function signature({ path, headers, body }: Asked): Promise<string | undefined> {
    const [accessKeyId = '', secretAccessKey = ''] = AWS.split(':')
    const signer = new SignatureV4({
      credentials: { accessKeyId, secretAccessKey },
      region: 'us-east-1',
      service: 'bedrock',
      sha256: Sha256,
      applyChecksum: false,
    })
    const time = headers.get('x-amz-date') ?? ''
    const signingDate = new Date(
      time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
    )
    const signed = await signer.sign(
      {
        method: 'POST',
        protocol: 'http:',
        hostname: '127.0.0.1',
        path,
        query: {},
        headers: {
          host: headers.get('host') ?? '',
          'content-type': headers.get('content-type') ?? '',
          'x-amz-date': time,
        },
        body,
      },
      { signingDate },
    )
    return signed.headers.authorization
  }

  test('gets Converse, signed over the very bytes that it gets', async () => {
    const reply = await chat('amazon.nova-lite-v1:0')
    const body = (await reply.json()) as {
      choices: { message: { content: string } }[]
      usage: object
    }
    expect(body.choices[0]?.message.content).toBe('Grüezi')
    expect(body.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 2 })
    expect(last().path).toBe('/model/amazon.nova-lite-v1%3A0/converse')
    expect(last().headers.get('authorization')).toBe((await signature(last())) ?? '')
  })

  test('streams binary frames to a chat client as events, with usage in the record', async () => {
    const reply = await chat('amazon.nova-lite-v1:0', { stream: true })
    expect(await streamed(reply)).toBe('Grüezi')
    const row = await gateway.usageRow(reply.headers.get('x-request-id') ?? '')
    expect(row).toMatchObject({ prompt_tokens: 7, completion_tokens: 2 })
  })

  test('streams Claude’s own events to a Messages client', async () => {
    const reply = await post('/v1/messages', {
      model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
      max_tokens: 10,
      stream: true,
      messages: [{ role: 'user', content: 'Hi' }],
    })
    expect(dataOf(await reply.text())).toEqual(CLAUDE)
    expect(last().path).toBe(
      '/model/anthropic.claude-sonnet-4-5-20250929-v1%3A0/invoke-with-response-stream',
    )
    expect(JSON.parse(last().body)).toMatchObject({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 10,
    })
  })

  test('that breaks off tells a client of Responses so, never that it is complete', async () => {
    const body = { model: 'amazon.broken-v1:0', input: 'Hello', stream: true }
    const events = dataOf(await (await post('/v1/responses', body)).text())
    expect(events.at(-1)).toMatchObject({ type: 'response.failed', response: { status: 'failed' } })
    expect(events.map(({ type }) => type)).not.toContain('response.completed')
  })

  test('that finds the prompt too long says so in the words that agents act on', async () => {
    const reply = await post('/v1/responses', { model: 'amazon.small-v1:0', input: 'Hello' })
    expect(reply.status).toBe(400)
    expect(await reply.json()).toMatchObject({ error: { code: 'context_length_exceeded' } })
  })

  test('answers a client of Responses', async () => {
    const reply = await post('/v1/responses', {
      model: 'amazon.nova-lite-v1:0',
      input: 'Hello',
      stream: true,
    })
    const events = dataOf(await reply.text())
    expect(events.at(-1)).toMatchObject({
      type: 'response.completed',
      response: {
        output: [{ type: 'message', content: [{ text: 'Grüezi' }] }],
        usage: { input_tokens: 7, output_tokens: 2 },
      },
    })
    const refused = await post('/v1/responses', {
      model: 'amazon.nova-lite-v1:0',
      input: 'x',
      previous_response_id: 'resp_1',
    })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: { param: 'previous_response_id' } })
  })
})
