/** OpenAI's official client, chat, against a gateway whose upstream speaks Messages. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import OpenAI from 'openai-7'
import { messageEvents } from '../../support/message-events.ts'
import { messageReply, messageStream } from '../../support/mock/messages-replies.ts'
import { jsonReply } from '../../support/mock/mock-upstream.ts'
import { type DialectRig, lastBody, startDialectRig } from './rig.ts'

let rig: DialectRig
let client: OpenAI

beforeAll(async () => {
  rig = await startDialectRig()
  const { baseUrl, proxyKey } = rig.gateway
  client = new OpenAI({ baseURL: baseUrl, apiKey: proxyKey, maxRetries: 0 })
})
afterAll(() => rig.close())

const model = 'claude-sonnet-4-5'
const messages = [{ role: 'user' as const, content: 'Hi' }]
const tools = [
  {
    type: 'function' as const,
    function: { name: 'weather', parameters: { type: 'object', properties: {} } },
  },
]
const CALL = { type: 'tool_use', id: 'toolu_1', name: 'weather', input: { city: 'Rome' } }

test('a whole answer and its usage', async () => {
  rig.messages.script(() => messageReply([{ type: 'text', text: 'Hello' }]))
  const answer = await client.chat.completions.create({ model, messages })
  expect(answer.choices[0]?.message.content).toBe('Hello')
  expect(answer.usage).toMatchObject({ prompt_tokens: 28, completion_tokens: 7, total_tokens: 35 })
  expect(lastBody(rig.messages)).toMatchObject({ model, max_tokens: 64_000 })
})

test('a stream, with usage if asked for', async () => {
  rig.messages.script(() => messageStream(messageEvents([{ type: 'text', text: 'Hello' }])))
  const stream = await client.chat.completions.create({
    model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  let total: number | undefined
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    total = chunk.usage?.total_tokens ?? total
  }
  expect([text, total]).toEqual(['Hello', 35])
})

test('a tool loop with reasoning continues although the client returns no signature', async () => {
  const thought = { type: 'thinking', thinking: 'The weather…', signature: 'c2lnbmVk' }
  rig.messages.script(() => messageStream(messageEvents([thought, CALL], 'tool_use')))
  const runner = client.chat.completions.stream({
    model,
    messages,
    tools,
    reasoning_effort: 'low',
  })
  const answer = await runner.finalChatCompletion()
  const [choice] = answer.choices
  expect(choice?.finish_reason).toBe('tool_calls')
  const [call] = choice?.message.tool_calls ?? []
  expect(call).toMatchObject({
    id: 'toolu_1',
    function: { name: 'weather', arguments: '{"city":"Rome"}' },
  })
  rig.messages.script(() => messageReply([{ type: 'text', text: 'Sunny' }]))
  await client.chat.completions.create({
    model,
    tools,
    reasoning_effort: 'low',
    messages: [
      ...messages,
      { role: 'assistant', content: null, tool_calls: choice?.message.tool_calls ?? [] },
      { role: 'tool', tool_call_id: 'toolu_1', content: 'sun' },
    ],
  })
  const sent = lastBody(rig.messages)
  expect(sent.thinking).toEqual({ type: 'enabled', budget_tokens: 2_048 })
  expect(sent.messages[1].content).toEqual([thought, CALL])
})

test('an overload and a refusal, in OpenAI’s form', async () => {
  const error = { type: 'invalid_request_error', message: 'prompt is too long: 9 > 8' }
  rig.messages.script(() => jsonReply(400, { type: 'error', error }))
  const refused = await client.chat.completions
    .create({ model, messages })
    .catch((failed) => failed)
  expect([refused.status, refused.code]).toEqual([400, 'context_length_exceeded'])
  rig.messages.script(() =>
    jsonReply(529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }),
  )
  const busy = await client.chat.completions.create({ model, messages }).catch((failed) => failed)
  expect([busy.status, busy.code]).toEqual([502, 'upstream_error'])
})

test('embeddings of an upstream without them are refused by name', async () => {
  const refused = await client.embeddings.create({ model, input: 'x' }).catch((failed) => failed)
  expect(refused.status).toBe(400)
  expect(refused.message).toContain('embeddings')
})
