/** Embeddings of OpenAI's clients by Gemini's models, and the reverse. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'

const VECTORS = [
  [0.5, -0.25],
  [1, 2],
]
const gemini = (vectors = VECTORS) =>
  inProcess(
    () => ({ body: JSON.stringify({ embeddings: vectors.map((values) => ({ values })) }) }),
    { upstreams: [upstreamKey(1, { provider: 'gemini' })] },
  )
const openai = () =>
  inProcess(
    () => ({
      body: JSON.stringify({
        object: 'list',
        data: VECTORS.map((embedding, index) => ({ object: 'embedding', index, embedding })),
        model: 'm',
        usage: { prompt_tokens: 7, total_tokens: 7 },
      }),
    }),
    { upstreams: [upstreamKey(1, { provider: 'openai' })] },
  )
const asOpenai = { protocol: 'openai', endpoint: 'embeddings' } as const

describe('a client of OpenAI', () => {
  test('gets the vectors of a Gemini model, as numbers or in base64', async () => {
    const gateway = await gemini()
    const body = { model: 'm', input: ['a', 'b'], dimensions: 2 }
    const answer = await gateway.ask(body, asOpenai)
    expect(answer.json()).toMatchObject({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [0.5, -0.25] },
        { object: 'embedding', index: 1, embedding: [1, 2] },
      ],
      model: 'm',
    })
    const [sent] = gateway.transport.sent
    expect(sent?.url).toEndWith('/v1beta/models/m:batchEmbedContents')
    expect(JSON.parse(String(sent?.body))).toEqual({
      requests: ['a', 'b'].map((text) => ({
        model: 'models/m',
        content: { parts: [{ text }] },
        outputDimensionality: 2,
      })),
    })
    const packed = await gateway.ask({ ...body, encoding_format: 'base64' }, asOpenai)
    const bytes = Buffer.from(packed.json().data[0].embedding, 'base64')
    expect([bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([0.5, -0.25])
  })

  test('is charged for the prompt alone, which the gateway counts', async () => {
    const { record } = await (await gemini()).ask({ model: 'm', input: ['a', 'b'] }, asOpenai)
    expect(record).toMatchObject({ outcome: 'ok', completionTokens: 0, estimated: true })
    expect(record?.promptTokens).toBeGreaterThan(0)
  })

  test('may send the tokens of one text or of several, whose texts the model gets', async () => {
    for (const [input, texts] of [
      [
        [[72, 105], [97]],
        ['Hi', 'a'],
      ],
      [[72, 105], ['Hi']],
      [
        ['b', [97]],
        ['b', 'a'],
      ],
    ] as const) {
      const gateway = await gemini(VECTORS.slice(0, texts.length))
      const answer = await gateway.ask({ model: 'm', input }, asOpenai)
      expect([answer.status, answer.headers['x-gpt-proxy-losses']]).toEqual([200, 'input emulated'])
      const sent = JSON.parse(String(gateway.transport.sent[0]?.body))
      expect(sent.requests).toEqual(
        texts.map((text) => ({ model: 'models/m', content: { parts: [{ text }] } })),
      )
    }
  })

  test("refuses numbers that aren't tokens, and inputs that are neither", async () => {
    for (const input of [[-1], [[72], [-1]], [[]], [], [1.5], [null], {}, null, ['a', [72, 'x']]]) {
      const refused = await (await gemini()).ask({ model: 'm', input }, asOpenai)
      expect([input, refused.status]).toEqual([input, 400])
      expect(refused.json().error.param).toBe('input')
    }
  })

  test('gets an error for an answer without a vector for each text', async () => {
    const short = await (await gemini()).ask({ model: 'm', input: 'a' }, asOpenai)
    expect(short.status).toBe(502)
  })
})

describe('a client of Gemini', () => {
  const content = { parts: [{ text: 'a' }] }

  test('gets the vectors of an OpenAI model for a batch', async () => {
    const gateway = await openai()
    const requests = [{ content }, { content: { parts: [{ text: 'b' }] } }]
    const asked = { protocol: 'gemini', endpoint: 'batchEmbedContents' } as const
    const answer = await gateway.ask({ model: 'm', stream: false, requests }, asked)
    expect(answer.json()).toEqual({ embeddings: VECTORS.map((values) => ({ values })) })
    const [sent] = gateway.transport.sent
    expect(sent?.url).toEndWith('/embeddings')
    expect(JSON.parse(String(sent?.body))).toEqual({
      model: 'm',
      input: ['a', 'b'],
      encoding_format: 'float',
    })
    expect(answer.record).toMatchObject({ promptTokens: 7, completionTokens: 0, estimated: false })
  })

  test('is warned of what is lost, and gets one vector for one content', async () => {
    const gateway = await inProcess(
      () => ({ body: JSON.stringify({ data: [{ index: 0, embedding: [1, 2] }] }) }),
      { upstreams: [upstreamKey(1, { provider: 'openai' })] },
    )
    const asked = { protocol: 'gemini', endpoint: 'embedContent' } as const
    const body = { model: 'm', stream: false, content, taskType: 'RETRIEVAL_QUERY' }
    const answer = await gateway.ask(body, asked)
    expect(answer.json()).toEqual({ embedding: { values: [1, 2] } })
    expect(answer.headers['x-gpt-proxy-losses']).toBe('taskType dropped')
  })

  test('is charged for the prompt alone by Gemini itself, too', async () => {
    const asked = { protocol: 'gemini', endpoint: 'embedContent' } as const
    const { record } = await (await gemini()).ask({ model: 'm', stream: false, content }, asked)
    expect(record).toMatchObject({ completionTokens: 0, estimated: true })
  })
})
