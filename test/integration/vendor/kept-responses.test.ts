/** Responses that the gateway keeps for upstreams that keep none: conversations by `previous_response_id`. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import OpenAI from 'openai-7'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { messageEvents } from '../../support/message-events.ts'
import { messageReply, messageStream } from '../../support/mock/messages-replies.ts'
import { type MockUpstream, startMockUpstream } from '../../support/mock/mock-upstream.ts'
import { waitFor } from '../../support/waiting.ts'

const MODEL = 'claude-mock'
let upstream: MockUpstream
let gateway: Gateway
let off: Gateway
let owner: OpenAI
let stranger: OpenAI

beforeAll(async () => {
  upstream = await startMockUpstream()
  const baseUrl = upstream.url.replace(/\/v1$/, '')
  const upstreams = [{ name: 'claude', provider: 'anthropic' as const, baseUrl, models: [MODEL] }]
  gateway = await startGateway({ upstreams, env: { RESPONSES_STORE: 'true' } })
  off = await startGateway({ upstreams })
  await gateway.cli(['user', 'create', 'stranger'])
  const made = await gateway.cli(['key', 'create', 'stranger', '--name', 'k', '--json'])
  owner = clientOf(gateway, gateway.proxyKey)
  stranger = clientOf(gateway, /sk-proxy-[\w-]{20,}/.exec(made.stdout)?.[0] ?? '')
  await waitFor('the new key', () =>
    stranger.models.list().then(
      () => true,
      () => null,
    ),
  )
}, 60_000)
afterAll(async () => {
  await gateway.stop()
  await off.stop()
  await upstream.close()
})
beforeEach(() => {
  upstream.ledger.length = 0
})

function clientOf({ baseUrl: baseURL }: Gateway, apiKey: string): OpenAI {
  return new OpenAI({ baseURL, apiKey, maxRetries: 0 })
}

const answer = (text: string) => {
  upstream.script(({ body }) => {
    const content = [{ type: 'text', text }]
    return JSON.parse(body).stream === true
      ? messageStream(messageEvents(content))
      : messageReply(content)
  })
}
/** What the upstream was last given of the conversation: role and text. */
function given(): string[] {
  const { messages } = JSON.parse(upstream.ledger.at(-1)?.body ?? '{}') as {
    messages: { role: string; content: string | { text: string }[] }[]
  }
  return messages.map(({ role, content }) => {
    const text = typeof content === 'string' ? content : content.map((block) => block.text).join('')
    return `${role}: ${text}`
  })
}
async function ask(
  client: OpenAI,
  input: string,
  more: object = {},
): Promise<OpenAI.Responses.Response> {
  return client.responses.create({ model: MODEL, input, ...more, stream: false })
}
async function askStreaming(client: OpenAI, input: string, more: object = {}) {
  const events = await client.responses.create({ model: MODEL, input, ...more, stream: true })
  let last: OpenAI.Responses.Response | null = null
  let at = 0
  for await (const event of events) {
    expect(event.sequence_number).toBe(at++)
    if (event.type === 'response.completed') last = event.response
  }
  if (last === null) throw new Error('the stream has no end')
  return last
}
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    ({ status, type, code, param, message }) => ({ status, type, code, param, message }),
  )

describe.each([
  ['whole', ask],
  ['streamed', askStreaming],
])('responses that are %s', (_, create) => {
  test('continue an earlier response, for any number of turns', async () => {
    answer('Hello Anna.')
    const first = await create(owner, 'I am Anna.')
    expect(first).toMatchObject({ store: true, previous_response_id: null })
    answer('You are Anna.')
    const second = await create(owner, 'Who am I?', { previous_response_id: first.id })
    expect(second).toMatchObject({ store: true, previous_response_id: first.id })
    expect(given()).toEqual(['user: I am Anna.', 'assistant: Hello Anna.', 'user: Who am I?'])
    answer('Yes.')
    await create(owner, 'Sure?', { previous_response_id: second.id, instructions: 'Be brief.' })
    expect(given().slice(2)).toEqual(['user: Who am I?', 'assistant: You are Anna.', 'user: Sure?'])
  })

  test('are read, listed and deleted by their user alone', async () => {
    answer('Hello.')
    const made = await create(owner, 'Hi.')
    expect(await owner.responses.retrieve(made.id)).toMatchObject({
      id: made.id,
      status: 'completed',
      output_text: 'Hello.',
    })
    const items = await owner.responses.inputItems.list(made.id)
    expect(items.data).toMatchObject([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi.' }] },
    ])
    expect(items.data[0]?.id).toBeString()
    const asked = upstream.ledger.length
    const attempts = [
      () => stranger.responses.retrieve(made.id),
      () => stranger.responses.delete(made.id),
      async () => await stranger.responses.inputItems.list(made.id),
      () => create(stranger, 'Go on.', { previous_response_id: made.id }),
    ]
    for (const attempt of attempts) expect(await refusal(attempt())).not.toBeNull()
    expect(upstream.ledger.length).toBe(asked)
    await owner.responses.delete(made.id)
    expect(await refusal(owner.responses.retrieve(made.id))).not.toBeNull()
    expect(await refusal(create(owner, 'Go on.', { previous_response_id: made.id }))).toMatchObject(
      {
        status: 400,
        type: 'invalid_request_error',
        code: 'previous_response_not_found',
        param: 'previous_response_id',
        message: expect.stringContaining(`Previous response with id '${made.id}' not found`),
      },
    )
  })

  test('are not stored if the client opts out', async () => {
    answer('Hello.')
    const made = await create(owner, 'Hi.', { store: false })
    expect(made).toMatchObject({ store: false })
    expect(await refusal(create(owner, 'Go on.', { previous_response_id: made.id }))).toMatchObject(
      { status: 400 },
    )
  })

  test('cannot be continued if the gateway stores none', async () => {
    answer('Hello.')
    const client = clientOf(off, off.proxyKey)
    const made = await create(client, 'Hi.')
    expect(made).toMatchObject({ store: false })
    expect(
      await refusal(create(client, 'Go on.', { previous_response_id: made.id })),
    ).toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
      param: 'previous_response_id',
      message: expect.stringContaining('RESPONSES_STORE=true'),
    })
  })
})

test('calls of tools and their results are continued too', async () => {
  const tools = [
    {
      type: 'function' as const,
      name: 'weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } } },
      strict: false,
    },
  ]
  upstream.script(() =>
    messageReply(
      [{ type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Bonn' } }],
      'tool_use',
    ),
  )
  const asked = await owner.responses.create({ model: MODEL, input: 'Weather in Bonn?', tools })
  const call = asked.output.find((item) => item.type === 'function_call')
  answer('It rains.')
  const output = {
    type: 'function_call_output' as const,
    call_id: call?.call_id ?? '',
    output: 'rain',
  }
  const done = await owner.responses.create({
    model: MODEL,
    tools,
    previous_response_id: asked.id,
    input: [output],
  })
  expect(done.output_text).toBe('It rains.')
  const { messages } = JSON.parse(upstream.ledger.at(-1)?.body ?? '{}')
  expect(messages).toMatchObject([
    { role: 'user' },
    { role: 'assistant', content: [{ type: 'tool_use', name: 'weather' }] },
    { role: 'user', content: [{ type: 'tool_result' }] },
  ])
})

test('input items are listed in pages, in both orders', async () => {
  answer('Hello.')
  const input = ['one', 'two', 'three'].map((content) => ({ role: 'user' as const, content }))
  const made = await owner.responses.create({ model: MODEL, input })
  const textsOf = async (order: 'asc' | 'desc') => {
    const texts: unknown[] = []
    for await (const item of owner.responses.inputItems.list(made.id, { order, limit: 2 }))
      if (item.type === 'message' && 'content' in item) texts.push(item.content)
    return JSON.stringify(texts).match(/one|two|three/g)
  }
  expect(await textsOf('asc')).toEqual(['one', 'two', 'three'])
  expect(await textsOf('desc')).toEqual(['three', 'two', 'one'])
})

test('the text of a response is readable in no file of the gateway', async () => {
  answer('The secret word is xylophone.')
  const made = await ask(owner, 'My other secret word is zucchini.')
  expect((await owner.responses.retrieve(made.id)).output_text).toContain('xylophone')
  const files = new Bun.Glob('**/*').scan({ cwd: gateway.dataDir, onlyFiles: true })
  for await (const file of files) {
    const bytes = Buffer.from(await Bun.file(`${gateway.dataDir}/${file}`).arrayBuffer())
    expect([file, bytes.includes('xylophone'), bytes.includes('zucchini')]).toEqual([
      file,
      false,
      false,
    ])
  }
})

test('input tokens are counted for every model, including those of the conversation', async () => {
  const count = (more: object) => owner.responses.inputTokens.count({ model: MODEL, ...more })
  const short = await count({ input: 'Hello there.' })
  expect(short).toMatchObject({ object: 'response.input_tokens' })
  expect(short.input_tokens).toBeGreaterThan(0)
  answer('A long answer of very many words, one after the other, and then some more.')
  const made = await ask(owner, 'Tell me something.')
  const whole = await count({ input: 'Hello there.', previous_response_id: made.id })
  expect(whole.input_tokens).toBeGreaterThan(short.input_tokens + 10)
})
