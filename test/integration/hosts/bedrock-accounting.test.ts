/** What Bedrock's answers cost, whole and streamed, signed or with an API key; and what its errors come to. */
import { afterAll, describe, expect, test } from 'bun:test'
import { startGateway } from '../../support/gateway.ts'
import { dataOf } from '../../support/translation/translation.ts'
import { AWS, FRAMES, frame } from '../../support/vendors/model-hosts.ts'

const API_KEY = 'ABSKQmVkcm9ja0FQSUtleS1vZi1ub2JvZHk='
const SIGNED = 'amazon.nova-lite-v1:0'
const BY_KEY = 'amazon.nova-pro-v1:0'

const answer: { reply: (path: string) => Response; asked: Headers[] } = {
  reply: () => new Response('', { status: 500 }),
  asked: [],
}
const host = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request) {
    answer.asked.push(request.headers)
    return answer.reply(new URL(request.url).pathname)
  },
})
const upstream = { provider: 'bedrock' as const, baseUrl: `http://127.0.0.1:${host.port}` }
const gateway = await startGateway({
  upstreams: [
    { ...upstream, name: 'signed', key: AWS, models: [SIGNED] },
    { ...upstream, name: 'by-key', key: API_KEY, models: [BY_KEY] },
    // Errors that cool a key down for a while, each at a key of its own.
    ...['amazon.slow', 'amazon.busy'].map((model) => {
      const name = model.split('.')[1] as string
      return { ...upstream, name, key: `${AWS}${name}`, models: [model] }
    }),
  ],
  env: { CIRCUIT_BREAKER_THRESHOLD: '1000000' },
})
const prices = '--input 2 --cached 0.5 --output 8'.split(' ')
for (const model of [SIGNED, BY_KEY]) await gateway.cli(['price', 'set', model, ...prices])
afterAll(async () => {
  await gateway.stop()
  host.stop(true)
})

const USAGE = {
  inputTokens: 10,
  outputTokens: 5,
  totalTokens: 115,
  cacheReadInputTokens: 80,
  cacheWriteInputTokens: 20,
  cacheDetails: [
    { ttl: '5m', inputTokens: 5 },
    { ttl: '1h', inputTokens: 15 },
  ],
}
const COUNTED = {
  prompt_tokens: 110,
  completion_tokens: 5,
  total_tokens: 115,
  cached_tokens: 80,
  cache_write_tokens: 20,
  cache_write_1h_tokens: 15,
  estimated: 0,
}
const THOUGHT = { text: 'Let me see.', signature: 'Eq==' }
const whole = {
  output: {
    message: {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: THOUGHT } },
        { text: 'I look.' },
        { toolUse: { toolUseId: 't1', name: 'look', input: { at: 'cat' } } },
      ],
    },
  },
  stopReason: 'tool_use',
  usage: USAGE,
}
const frames = [
  frame('messageStart', { role: 'assistant' }),
  ...[{ text: THOUGHT.text }, { signature: THOUGHT.signature }].map((reasoningContent) =>
    frame('contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent } }),
  ),
  frame('contentBlockStop', { contentBlockIndex: 0 }),
  frame('contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'I look.' } }),
  frame('contentBlockStop', { contentBlockIndex: 1 }),
  frame('contentBlockStart', {
    contentBlockIndex: 2,
    start: { toolUse: { toolUseId: 't1', name: 'look' } },
  }),
  ...['{"at"', ':"cat"}'].map((input) =>
    frame('contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input } } }),
  ),
  frame('contentBlockStop', { contentBlockIndex: 2 }),
  frame('messageStop', { stopReason: 'tool_use' }),
]
const metadata = frame('metadata', { usage: USAGE, metrics: { latencyMs: 1 } })
const streamed = (parts: readonly Uint8Array[]) =>
  new Response(Buffer.concat(parts), { headers: FRAMES })
const scripted = (path: string) =>
  path.endsWith('/converse') ? Response.json(whole) : streamed([...frames, metadata])

const tool = { name: 'look', description: 'Looks', parameters: { type: 'object', properties: {} } }
/** One request in each format that clients speak. */
const CLIENTS = {
  chat: (model: string, stream: boolean) => ({
    path: '/v1/chat/completions',
    body: {
      model,
      stream,
      messages: [{ role: 'user', content: 'Look' }],
      tools: [{ type: 'function', function: tool }],
    },
  }),
  responses: (model: string, stream: boolean) => ({
    path: '/v1/responses',
    body: { model, stream, input: 'Look', tools: [{ type: 'function', ...tool }] },
  }),
  messages: (model: string, stream: boolean) => ({
    path: '/v1/messages',
    body: {
      model,
      stream,
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Look' }],
      tools: [{ name: 'look', input_schema: tool.parameters }],
    },
  }),
  gemini: (model: string, stream: boolean) => ({
    path: `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: {
      contents: [{ role: 'user', parts: [{ text: 'Look' }] }],
      tools: [{ functionDeclarations: [tool] }],
    },
  }),
}
type Client = keyof typeof CLIENTS

function ask(client: Client, model: string, stream: boolean): Promise<Response> {
  const { path, body } = CLIENTS[client](model, stream)
  return fetch(`${gateway.origin}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.proxyKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

const rowOf = (reply: Response) => gateway.usageRow(reply.headers.get('x-request-id') ?? '')
const clients = Object.keys(CLIENTS) as Client[]

describe.each([
  ['signed', SIGNED, /^AWS4-HMAC-SHA256 Credential=AKIA/],
  ['by an API key', BY_KEY, /^Bearer ABSK/],
] as const)('Bedrock asked %s', (_, model, authorization) => {
  test.each(
    clients.flatMap((client) => [
      [client, false],
      [client, true],
    ]) as [Client, boolean][],
  )(
    'counts cache, thoughts and calls equally for a client of %s, streamed: %p',
    async (client, stream) => {
      answer.reply = scripted
      const reply = await ask(client, model, stream)
      const text = await reply.text()
      expect(reply.status).toBe(200)
      for (const word of ['look', 'cat', 'I look.']) expect(text).toContain(word)
      const row = await rowOf(reply)
      expect(row).toMatchObject(COUNTED)
      expect(row.cost_usd).toBeCloseTo((30 * 2 + 80 * 0.5 + 5 * 8) / 1_000_000, 9)
      expect(answer.asked.at(-1)?.get('authorization')).toMatch(authorization)
    },
  )

  test.each(clients)('without its last event, an answer is counted here for %s', async (client) => {
    answer.reply = () => streamed(frames)
    const reply = await ask(client, model, true)
    expect(await reply.text()).toContain('I look.')
    const row = await rowOf(reply)
    expect(row).toMatchObject({ estimated: 1, status: 200 })
    expect(row.completion_tokens).toBeGreaterThan(3)
    expect(row.prompt_tokens).toBeGreaterThan(1)
  })
})

const ENDS: Record<Client, (events: { type?: string; error?: object }[]) => unknown> = {
  chat: (events) => events.at(-1)?.error,
  responses: (events) => (events.at(-1)?.type === 'response.failed' ? events.at(-1) : undefined),
  messages: (events) => (events.at(-1)?.type === 'error' ? events.at(-1)?.error : undefined),
  gemini: (events) => events.at(-1)?.error,
}

test.each(clients)(
  'an exception in the middle of a stream reaches a client of %s as its own error',
  async (client) => {
    const exception = frame('modelStreamErrorException', { message: 'broken' }, 'exception')
    answer.reply = () => streamed([...frames.slice(0, 6), exception])
    const reply = await ask(client, SIGNED, true)
    const text = await reply.text()
    expect(ENDS[client](dataOf(text.replace('data: [DONE]', '')))).toBeDefined()
    expect(text).not.toContain('[DONE]')
  },
)

test.each([
  ['amazon.slow', 'throttlingException', 429],
  [SIGNED, 'validationException', 400],
])('for %s, %s before the first word is a %i', async (model, name, status) => {
  answer.reply = () => streamed([frame(name, { message: 'no' }, 'exception')])
  expect((await ask('chat', model, true)).status).toBe(status)
})

test.each([
  ['amazon.busy', 'ServiceQuotaExceededException', 429],
  [SIGNED, 'ValidationException', 400],
])('for %s, a 400 with the type %s in its header is a %i', async (model, type, status) => {
  const headers = { 'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/` }
  answer.reply = () => Response.json({ message: 'no' }, { status: 400, headers })
  const reply = await ask('chat', model, false)
  expect(reply.status).toBe(status)
})
