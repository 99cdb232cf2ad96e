/** Google's own client with upstreams of other formats: texts, streams, a tool loop, a conversation, errors. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { ApiError, type Content, GoogleGenAI } from '@google/genai'
import { type Gateway, startGateway } from '../support/gateway.ts'

let gateway: Gateway
let client: GoogleGenAI
let server: Bun.Server<undefined>
const bodies: { messages: { role: string; content: unknown; tool_call_id?: string }[] }[] = []

/** An upstream that speaks Chat Completions: it looks once if it has a tool for it, then says what it saw. */
function answer(body: (typeof bodies)[number] & { stream?: boolean; tools?: unknown[] }): Response {
  const last = body.messages.at(-1)
  const looks = body.tools !== undefined && last?.role !== 'tool'
  const call = {
    id: 'call_1',
    type: 'function',
    function: { name: 'look', arguments: '{"at":"cat"}' },
  }
  const said = { role: 'assistant', content: looks ? null : `You said: ${last?.content}` }
  const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 }
  const finish_reason = looks ? 'tool_calls' : 'stop'
  if (body.stream !== true) {
    const message = looks ? { ...said, tool_calls: [call] } : said
    return Response.json({
      id: 'x',
      model: 'm',
      choices: [{ index: 0, message, finish_reason }],
      usage,
    })
  }
  const delta = looks ? { ...said, tool_calls: [{ index: 0, ...call }] } : said
  const chunks = [
    { choices: [{ index: 0, delta, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason }] },
    { choices: [], usage },
  ].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
  const headers = { 'content-type': 'text/event-stream' }
  return new Response(`${chunks.join('')}data: [DONE]\n\n`, { headers })
}

/** An upstream of Google's own format: for each text its length. */
async function embed(request: Request): Promise<Response> {
  const { requests } = (await request.json()) as {
    requests: { content: { parts: { text: string }[] } }[]
  }
  const embeddings = requests.map(({ content }) => ({
    values: [content.parts[0]?.text.length ?? 0, 0.5],
  }))
  return Response.json({ embeddings })
}

beforeAll(async () => {
  server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const { pathname } = new URL(request.url)
      if (pathname.includes('EmbedContents')) return embed(request)
      const body = (await request.json()) as Parameters<typeof answer>[0]
      bodies.push(body)
      return answer(body)
    },
  })
  const baseUrl = `http://127.0.0.1:${server.port}`
  gateway = await startGateway({
    upstreams: [
      { name: 'chat', provider: 'compatible', baseUrl, models: ['m'] },
      { name: 'google', provider: 'gemini', baseUrl, models: ['gemini-embedding-001'] },
    ],
  })
  client = new GoogleGenAI({ apiKey: gateway.proxyKey, httpOptions: { baseUrl: gateway.origin } })
})
afterAll(async () => {
  await gateway.stop()
  server.stop(true)
})

const LOOK = {
  functionDeclarations: [
    {
      name: 'look',
      parametersJsonSchema: { type: 'object', properties: { at: { type: 'string' } } },
    },
  ],
}

test('gets a text with its usage', async () => {
  const reply = await client.models.generateContent({ model: 'm', contents: 'Hello' })
  expect(reply.text).toBe('You said: Hello')
  expect(reply.usageMetadata).toMatchObject({ promptTokenCount: 9, candidatesTokenCount: 3 })
  expect(String(reply.candidates?.[0]?.finishReason)).toBe('STOP')
})

test('gets a stream', async () => {
  let text = ''
  for await (const chunk of await client.models.generateContentStream({
    model: 'm',
    contents: 'Hello',
  }))
    text += chunk.text ?? ''
  expect(text).toBe('You said: Hello')
})

test('completes a tool loop', async () => {
  const contents: Content[] = [{ role: 'user', parts: [{ text: 'Look' }] }]
  const config = { tools: [LOOK] }
  const first = await client.models.generateContent({ model: 'm', contents, config })
  const [call] = first.functionCalls ?? []
  expect(call).toMatchObject({ name: 'look', args: { at: 'cat' } })
  contents.push(first.candidates?.[0]?.content as Content)
  const response = { output: 'A cat.' }
  const result = { functionResponse: { id: call?.id ?? '', name: 'look', response } }
  contents.push({ role: 'user', parts: [result] })
  const second = await client.models.generateContent({ model: 'm', contents, config })
  expect(second.text).toBe('You said: A cat.')
  expect(bodies.at(-1)?.messages.at(-1)).toMatchObject({
    role: 'tool',
    tool_call_id: call?.id ?? '',
  })
})

test('keeps the history of a streamed conversation', async () => {
  const chat = client.chats.create({ model: 'm' })
  for (const message of ['One', 'Two'])
    for await (const _ of await chat.sendMessageStream({ message }));
  // Each event of a stream is a content of its own there.
  const history = chat.getHistory(true)
  expect(history.map(({ role }) => role)).toEqual([
    'user',
    'model',
    'model',
    'user',
    'model',
    'model',
  ])
  expect(bodies.at(-1)?.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user'])
})

test('embeds texts', async () => {
  const contents = ['Hi', 'Hello']
  const { embeddings } = await client.models.embedContent({
    model: 'gemini-embedding-001',
    contents,
  })
  expect(embeddings?.map(({ values }) => values)).toEqual([
    [2, 0.5],
    [5, 0.5],
  ])
})

test('lists models, and gets errors as its own', async () => {
  const names: (string | undefined)[] = []
  for await (const model of await client.models.list()) names.push(model.name)
  expect(names).toContain('models/m')
  const failed = client.models.generateContent({ model: 'nothing', contents: 'x' })
  expect(failed).rejects.toBeInstanceOf(ApiError)
  expect(failed).rejects.toMatchObject({ status: 404 })
  await failed.catch(() => {})
})
