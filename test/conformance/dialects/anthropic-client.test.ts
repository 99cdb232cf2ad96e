/** Anthropic's official client against a real gateway, whatever its upstream speaks. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { UPSTREAM_SECRET } from '../../support/gateway.ts'
import { messageEvents } from '../../support/message-events.ts'
import { messageReply, messageStream } from '../../support/mock/messages-replies.ts'
import { chatCompletion, jsonReply, sseReply } from '../../support/mock/mock-upstream.ts'
import { type DialectRig, lastBody, startDialectRig } from './rig.ts'

let rig: DialectRig
let client: Anthropic

beforeAll(async () => {
  rig = await startDialectRig()
  const { origin, proxyKey } = rig.gateway
  client = new Anthropic({ baseURL: origin, apiKey: proxyKey, maxRetries: 0 })
})
afterAll(() => rig.close())

const tools = [
  {
    name: 'weather',
    description: 'Tells the weather.',
    input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
  },
]
const ask = (model: string) => ({
  model,
  max_tokens: 100,
  system: 'Be brief.',
  messages: [{ role: 'user' as const, content: 'Hi' }],
})
const chunk = (delta: object, finish_reason: string | null = null) =>
  JSON.stringify({ id: 'c', model: 'gpt-mock', choices: [{ index: 0, delta, finish_reason }] })
const usageChunk = JSON.stringify({
  id: 'c',
  choices: [],
  usage: { prompt_tokens: 30, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 10 } },
})

describe('with an upstream of its own format', () => {
  test('bytes pass both ways, with its beta headers and the upstream’s key', async () => {
    rig.messages.script(() => messageReply([{ type: 'text', text: 'Hello' }]))
    const answer = await client.messages.create(ask('claude-x'), {
      headers: { 'anthropic-beta': 'context-1m-2025-08-07' },
    })
    expect(answer.content).toEqual([{ type: 'text', text: 'Hello' } as never])
    const got = rig.messages.ledger.at(-1)
    expect(got?.path).toBe('/v1/messages')
    expect(got?.headers['x-api-key']).toBe(UPSTREAM_SECRET)
    expect(got?.headers['anthropic-beta']).toBe('context-1m-2025-08-07')
    expect(JSON.stringify(got?.headers)).not.toContain(rig.gateway.proxyKey)
    expect(lastBody(rig.messages)).toEqual(ask('claude-x'))
  })

  test("a stream passes unchanged and is charged by the upstream's usage", async () => {
    const events = messageEvents([
      { type: 'thinking', thinking: 'hm', signature: 'sig==' },
      { type: 'text', text: 'Hello' },
    ])
    rig.messages.script(() => messageStream(events))
    const { data, response } = await client.messages
      .create({ ...ask('claude-x'), stream: true })
      .withResponse()
    const seen: object[] = []
    for await (const event of data) seen.push(event)
    expect(seen).toEqual(events)
    const row = await rig.gateway.usageRow(response.headers.get('x-request-id') ?? '')
    expect(row).toMatchObject({
      endpoint: 'messages',
      prompt_tokens: 28,
      completion_tokens: 7,
      cached_tokens: 5,
      cache_write_tokens: 3,
      outcome: 'ok',
    })
  })
})

describe('with an OpenAI-style upstream', () => {
  test('a whole answer', async () => {
    rig.chat.script(() => jsonReply(200, chatCompletion('Hello')))
    const answer = await client.messages.create(ask('gpt-mock'))
    expect(answer.content).toMatchObject([{ type: 'text', text: 'Hello' }])
    expect(answer.stop_reason).toBe('end_turn')
    expect(rig.chat.ledger.at(-1)?.path).toBe('/v1/chat/completions')
    expect(lastBody(rig.chat)).toMatchObject({
      model: 'gpt-mock',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
    })
  })

  test('a tool loop, streamed', async () => {
    const piece = (index: number, fields: object) => chunk({ tool_calls: [{ index, ...fields }] })
    rig.chat.script(() =>
      sseReply([
        chunk({ role: 'assistant', content: 'Let me ' }),
        chunk({ content: 'look.' }),
        piece(0, { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }),
        piece(0, { function: { arguments: '{"city":' } }),
        piece(0, { function: { arguments: '"Rome"}' } }),
        chunk({}, 'tool_calls'),
        usageChunk,
      ]),
    )
    const stream = client.messages.stream({ ...ask('gpt-mock'), tools })
    const answer = await stream.finalMessage()
    expect(answer.content).toMatchObject([
      { type: 'text', text: 'Let me look.' },
      { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Rome' } },
    ])
    expect(answer.stop_reason).toBe('tool_use')
    expect(answer.usage).toMatchObject({
      input_tokens: 20,
      cache_read_input_tokens: 10,
      output_tokens: 4,
    })
    rig.chat.script(() => jsonReply(200, chatCompletion('Sunny')))
    await client.messages.create({
      ...ask('gpt-mock'),
      tools,
      messages: [
        ...ask('').messages,
        { role: 'assistant', content: answer.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call_1', content: 'sun' }] },
      ],
    })
    expect(lastBody(rig.chat).messages.slice(2)).toMatchObject([
      { role: 'assistant', content: 'Let me look.', tool_calls: [{ id: 'call_1' }] },
      { role: 'tool', tool_call_id: 'call_1', content: 'sun' },
    ])
  })

  test('lost features are listed in a header, the record and the metrics', async () => {
    rig.chat.script(() => jsonReply(200, chatCompletion('Hello')))
    const { response } = await client.messages
      .create({ ...ask('gpt-mock'), top_k: 5 } as never)
      .withResponse()
    expect(response.headers.get('x-gpt-proxy-losses')).toBe('top_k dropped')
    const row = await rig.gateway.usageRow(response.headers.get('x-request-id') ?? '')
    expect(String(row.attempt_log)).toContain('top_k dropped')
    const metrics = await fetch(`${rig.gateway.origin}/metrics`, {
      headers: { authorization: `Bearer ${rig.gateway.adminKey}` },
    })
    expect(await metrics.text()).toContain(
      'gpt_proxy_translation_losses_total{endpoint="messages",how="dropped"} 1',
    )
  })

  test('a strict client gets a 400, and nothing is sent upstream', async () => {
    const before = rig.chat.ledger.length
    const strictly = { headers: { 'x-gpt-proxy-strict': 'true' } }
    const refused = await client.messages
      .create({ ...ask('gpt-mock'), top_k: 5 } as never, strictly)
      .catch((error) => error)
    expect(refused.status).toBe(400)
    expect(refused.message).toContain('top_k')
    expect(rig.chat.ledger.length).toBe(before)
  })

  test('a feature that cannot be translated is a 400, and nothing is sent upstream', async () => {
    const before = rig.chat.ledger.length
    const search = { type: 'web_search_20250305', name: 'web_search' } as const
    const refused = client.messages.create({ ...ask('gpt-mock'), tools: [search] })
    expect(await refused.catch((error) => [error.status, error.error.error.type])).toEqual([
      400,
      'invalid_request_error',
    ])
    expect(rig.chat.ledger.length).toBe(before)
  })
})

describe('counting tokens', () => {
  const count = (model: string) =>
    client.messages.countTokens({
      model,
      messages: [{ role: 'user', content: 'one two three '.repeat(100) }],
    })

  test('is the vendor’s own if it has one', async () => {
    rig.messages.script(() => jsonReply(200, { input_tokens: 4321 }))
    expect(await count('claude-x')).toEqual({ input_tokens: 4321 })
    expect(rig.messages.ledger.at(-1)?.path).toBe('/v1/messages/count_tokens')
  })

  test('is estimated with a margin for every other model, and if the vendor’s route is missing', async () => {
    rig.messages.script(() =>
      jsonReply(404, { type: 'error', error: { type: 'not_found_error', message: 'no' } }),
    )
    for (const model of ['gpt-mock', 'claude-x', 'demo/echo']) {
      const { input_tokens: tokens } = await count(model)
      expect(tokens).toBeGreaterThanOrEqual(300)
      expect(tokens).toBeLessThan(500)
    }
  })
})

test('models are listed in its own form, and the list is not empty', async () => {
  const list = {
    object: 'list',
    data: [{ id: 'gpt-mock', object: 'model', created: 1, owned_by: 'x' }],
  }
  rig.chat.script(() => jsonReply(200, list))
  const claude = {
    type: 'model',
    id: 'claude-x',
    display_name: 'Claude X',
    created_at: '2026-01-01T00:00:00Z',
  }
  rig.messages.script(() => jsonReply(200, { data: [claude], has_more: false }))
  const { data } = await client.models.list({ limit: 1000 } as never)
  expect(data.map(({ id, type }) => [id, type])).toEqual([
    ['gpt-mock', 'model'],
    ['claude-x', 'model'],
  ])
  const { status } = await fetch(rig.gateway.origin, { method: 'HEAD' })
  expect(status).toBe(200)
  const response = await fetch(`${rig.gateway.baseUrl}/messages?beta=true`, {
    method: 'POST',
    body: '{',
    headers: { 'x-api-key': rig.gateway.proxyKey },
  })
  const { type } = (await response.json()) as { type: string }
  expect([response.status, type]).toEqual([400, 'error'])
})

describe('errors in its own form', () => {
  const failure = (model: string) =>
    client.messages.create(ask(model)).then(
      () => null,
      (error: {
        status: number
        error: { type: string; error: { type: string; message: string }; request_id: string }
      }) => error,
    )

  test('of the gateway', async () => {
    const missing = await failure('nobody-serves-this')
    expect(missing?.status).toBe(404)
    expect(missing?.error).toMatchObject({ type: 'error', error: { type: 'not_found_error' } })
    expect(missing?.error.request_id).toStartWith('req_')
    const stranger = new Anthropic({
      baseURL: rig.gateway.origin,
      apiKey: 'sk-wrong',
      maxRetries: 0,
    })
    const refused = await stranger.messages.create(ask('gpt-mock')).catch((error) => error)
    expect([refused.status, refused.error.error.type]).toEqual([401, 'authentication_error'])
  })

  test('of an upstream that finds the prompt too long, in the words that agents compact on', async () => {
    const error = {
      message: 'too many tokens',
      type: 'invalid_request_error',
      code: 'context_length_exceeded',
    }
    rig.chat.script(() => jsonReply(400, { error }))
    const found = await failure('gpt-mock')
    expect([found?.status, found?.error.error.type]).toEqual([400, 'invalid_request_error'])
    expect(found?.error.error.message).toContain('prompt is too long')
  })

  test('in the middle of a stream, without a tidy end', async () => {
    rig.chat.script(() => [...sseReply([chunk({ content: 'Hal' })], { done: false })])
    const stream = await client.messages.create({ ...ask('gpt-mock'), stream: true })
    const read = async () => {
      for await (const _ of stream);
    }
    const error = await read().then(
      () => null,
      (failed) => failed,
    )
    expect(String(error?.message)).toContain('api_error')
  })
})
