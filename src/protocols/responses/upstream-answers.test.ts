/** What clients of other formats get of a Responses upstream: calls at the same time, thoughts, pictures in words, usage. */
import { describe, expect, test } from 'bun:test'
import {
  answered,
  dataOf,
  folded,
  lossesOf,
  sentBody,
  streamed,
} from '../../../test/support/translation/translation.ts'
import type { DialectName, JsonObject } from '../neutral/neutral.ts'

const CLIENTS: readonly DialectName[] = ['chat', 'messages', 'gemini']
const call = (id: string, at: number) => ({
  type: 'function_call',
  id: `fc_${id}`,
  call_id: id,
  name: 'look',
  arguments: `{"at":${at}}`,
  status: 'completed',
})
const thought = {
  type: 'reasoning',
  id: 'rs_1',
  summary: [
    { type: 'summary_text', text: 'First.' },
    { type: 'summary_text', text: 'Then.' },
  ],
  encrypted_content: 'gAAAAA==',
}
const said = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  content: [{ type: 'output_text', text: 'Let me look.', annotations: [] }],
}
const usage = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 12 },
  total_tokens: 130,
}
const response = {
  id: 'resp_1',
  object: 'response',
  model: 'gpt-5-codex',
  status: 'completed',
  output: [thought, said, call('a', 1), call('b', 2)],
  usage,
}

/** The same answer in pieces, the two calls woven into each other. */
const events: readonly JsonObject[] = [
  { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
  { type: 'response.output_item.added', output_index: 0, item: { ...thought, summary: [] } },
  {
    type: 'response.reasoning_summary_text.delta',
    output_index: 0,
    summary_index: 0,
    delta: 'First.',
  },
  {
    type: 'response.reasoning_summary_text.delta',
    output_index: 0,
    summary_index: 1,
    delta: 'Then.',
  },
  { type: 'response.output_item.done', output_index: 0, item: thought },
  { type: 'response.output_item.added', output_index: 1, item: { ...said, content: [] } },
  { type: 'response.output_text.delta', output_index: 1, content_index: 0, delta: 'Let me look.' },
  { type: 'response.output_item.done', output_index: 1, item: said },
  { type: 'response.output_item.added', output_index: 2, item: { ...call('a', 1), arguments: '' } },
  { type: 'response.output_item.added', output_index: 3, item: { ...call('b', 2), arguments: '' } },
  { type: 'response.function_call_arguments.delta', output_index: 2, delta: '{"at"' },
  { type: 'response.function_call_arguments.delta', output_index: 3, delta: '{"at":2}' },
  { type: 'response.function_call_arguments.delta', output_index: 2, delta: ':1}' },
  { type: 'response.output_item.done', output_index: 2, item: call('a', 1) },
  { type: 'response.output_item.done', output_index: 3, item: call('b', 2) },
  { type: 'response.completed', response },
]

describe.each(CLIENTS.map((client) => ({ client })))('a $client client', ({ client }) => {
  const exchange = { client, upstream: 'responses' } as const
  const openai = { vendor: 'openai' }

  test('reads the thought, the text and both calls, streamed as whole', () => {
    const { wire, text } = { wire: client, text: streamed(exchange, events).text }
    const whole = answered(exchange, response)
    const read = folded(wire, text, openai)
    expect(read.parts.filter(({ type }) => type !== 'reasoning')).toMatchObject([
      { type: 'text', text: 'Let me look.' },
      { type: 'call', name: 'look', args: '{"at":1}' },
      { type: 'call', name: 'look', args: '{"at":2}' },
    ])
    const [first] = read.parts
    expect(first).toMatchObject({ type: 'reasoning', text: 'First.\n\nThen.' })
    expect(read.end.reason).toBe('call')
    expect(JSON.stringify(whole)).toContain('Let me look.')
  })

  test('has both calls at places of their own, each with its whole arguments', () => {
    const { text } = streamed(exchange, events)
    if (client === 'chat') {
      const deltas = dataOf(text).flatMap((data) => data.choices?.[0]?.delta.tool_calls ?? [])
      const named = deltas.filter(({ id }: JsonObject) => id !== undefined)
      expect(named.map(({ index, id }: JsonObject) => [index, id])).toEqual([
        [0, 'a'],
        [1, 'b'],
      ])
    }
    const calls = folded(client, text, openai).parts.filter(({ type }) => type === 'call')
    expect(calls.map((part) => part.type === 'call' && part.args)).toEqual(['{"at":1}', '{"at":2}'])
  })

  test('has usage by its own way of counting, streamed as whole', () => {
    const counted = { input: 100, output: 30, cacheRead: 60 }
    expect(folded(client, streamed(exchange, events).text, openai).usage).toMatchObject(counted)
    expect(streamed(exchange, events).stream.usage).toMatchObject({ ...counted, reasoning: 12 })
  })
})

test('a sealed thought returns to its account through a Messages client, and to no other', () => {
  const { content } = answered({ client: 'messages', upstream: 'responses' }, response)
  const results = ['a', 'b'].map((id) => ({ type: 'tool_result', tool_use_id: id, content: 'ok' }))
  const body = {
    max_tokens: 100,
    tools: [{ name: 'look', input_schema: { type: 'object' } }],
    messages: [
      { role: 'user', content: 'Look' },
      { role: 'assistant', content },
      { role: 'user', content: results },
    ],
  }
  const sealed = (account: string) =>
    sentBody('messages', body, 'responses', { account }).input.filter(
      (item: JsonObject) => item.type === 'reasoning',
    )
  expect(sealed('main')).toMatchObject([{ encrypted_content: 'gAAAAA==' }])
  expect(sealed('second')).toEqual([])
})

describe('structured output', () => {
  const schema = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] }
  const format = { type: 'json_schema', schema: expect.objectContaining({ type: 'object' }) }

  test.each([
    [
      'chat',
      {
        messages: [{ role: 'user', content: 'Age?' }],
        response_format: { type: 'json_schema', json_schema: { name: 'person', schema } },
      },
    ],
    [
      'messages',
      {
        max_tokens: 99,
        messages: [{ role: 'user', content: 'Age?' }],
        output_config: { format: { type: 'json_schema', schema } },
      },
    ],
    [
      'gemini',
      {
        contents: [{ role: 'user', parts: [{ text: 'Age?' }] }],
        generationConfig: { responseMimeType: 'application/json', responseJsonSchema: schema },
      },
    ],
  ] as const)('of a %s client is asked for as text.format', (client, body) => {
    expect(sentBody(client, body, 'responses').text.format).toMatchObject(format)
    expect(lossesOf(client, body, 'responses')).toEqual([])
  })
})
