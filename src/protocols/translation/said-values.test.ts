/** Values that a reader could take for nothing: each is translated, reported under the client's own name, or refused. */
import { describe, expect, test } from 'bun:test'
import { asks, refusal } from '../../../test/support/translation/chat-samples.ts'
import {
  answered,
  lossesOf,
  sent,
  sentBody,
} from '../../../test/support/translation/translation.ts'
import type { DialectName, JsonObject, WireName } from '../neutral/neutral.ts'

const chat = (more: JsonObject) => ({ messages: [asks('Hi')], ...more })
const responses = (more: JsonObject) => ({ input: 'Hi', ...more })
const refusedField = (...asked: Parameters<typeof sent>) => refusal(() => sent(...asked)).param

describe('reported or refused', () => {
  test.each<[DialectName, JsonObject, string]>([
    ['chat', chat({ service_tier: 'fast' }), 'service_tier'],
    ['responses', responses({ service_tier: 'fast' }), 'service_tier'],
    ['responses', responses({ truncation: 'auto' }), 'truncation'],
    ['responses', responses({ max_tool_calls: 2 }), 'max_tool_calls'],
  ])('of %s: %j', (client, body, field) => {
    expect(lossesOf(client, body, 'gemini')).toEqual([`${field} dropped`])
  })

  test.each<[DialectName, JsonObject, string]>([
    ['chat', chat({ logprobs: 3 }), 'logprobs'],
    ['chat', chat({ best_of: 2 }), 'best_of'],
    ['chat', chat({ prompt_logprobs: 0 }), 'prompt_logprobs'],
    ['chat', chat({ thinking: { type: 'deep' } }), 'thinking.type'],
    ['responses', responses({ text: { format: { type: 'grammar' } } }), 'text.format.type'],
  ])('of %s: %j is a 400', (client, body, field) => {
    expect(refusedField(client, body, 'messages')).toBe(field)
  })

  test.each<[DialectName, JsonObject]>([
    ['responses', responses({ truncation: 'disabled', top_logprobs: 0, background: false })],
    ['chat', chat({ logit_bias: {}, logprobs: false, web_search_options: null, stop: [] })],
    [
      'messages',
      { max_tokens: 20, messages: [asks('Hi')], mcp_servers: [], context_management: {} },
    ],
    [
      'gemini',
      {
        contents: [{ parts: [{ text: 'Hi' }] }],
        safetySettings: [],
        store: false,
        generationConfig: { responseLogprobs: false, candidateCount: 1 },
      },
    ],
  ])("of %s: %j requests nothing, and isn't a loss", (client, body) => {
    expect(lossesOf(client, body, 'converse')).toEqual([])
  })

  test('a chat client’s adaptive thinking is requested', () => {
    for (const type of ['adaptive', 'auto'])
      expect(sentBody('chat', chat({ thinking: { type } }), 'messages').thinking).toMatchObject({
        type: 'adaptive',
      })
  })
})

describe('a conversation that was compacted', () => {
  const wires: readonly WireName[] = ['chat', 'gemini', 'converse']

  test('by OpenAI is refused elsewhere: only OpenAI can read it', () => {
    const input = [
      { type: 'compaction', id: 'cmp_1', encrypted_content: 'E' },
      { role: 'user', content: 'And?' },
    ]
    for (const wire of [...wires, 'messages' as const]) {
      const error = refusal(() => sent('responses', { input }, wire))
      expect([error.param, error.message]).toEqual([
        'input',
        expect.stringContaining("'compaction'"),
      ])
    }
  })

  test('by Claude reaches other models as its summary', () => {
    const messages = [
      asks('Hi'),
      { role: 'assistant', content: [{ type: 'compaction', content: 'They greeted us.' }] },
      asks('And?'),
    ]
    for (const wire of wires) {
      const { body, losses } = sent('messages', { max_tokens: 20, messages }, wire)
      expect(JSON.stringify(body)).toContain('They greeted us.')
      expect(losses.map(({ field, how }) => `${field} ${how}`)).toEqual(['messages emulated'])
    }
  })
})

test('a reference to an item may leave its type out', () => {
  const input = [{ id: 'msg_1' }, { role: 'user', content: 'And?' }]
  expect(refusal(() => sent('responses', { input }, 'chat')).message).toContain("'item_reference'")
})

test('types of media are sent by their registered names', () => {
  const content = [
    { type: 'text', text: 'Look.' },
    { type: 'image_url', image_url: { url: 'data:image/JPG;base64,AAAA' } },
  ]
  const sentAs = (wire: WireName) =>
    JSON.stringify(sentBody('chat', { messages: [asks(content)] }, wire))
  expect(sentAs('messages')).toContain('"media_type":"image/jpeg"')
  expect(sentAs('gemini')).toContain('"mimeType":"image/jpeg"')
  expect(sentAs('responses')).toContain('data:image/jpeg;base64,AAAA')
  expect(sentAs('converse')).toContain('"format":"jpeg"')
})

test.each([
  ['https://www.youtube.com/watch?v=1', 'video input'],
  ['https://host/film.mp4', 'video input'],
  ['https://host/constructor', 'a document by address'],
])('a file without a type gets the type of its address: %s', (fileUri, what) => {
  const contents = [{ parts: [{ text: 'What is it?' }, { fileData: { fileUri } }] }]
  const model = { model: 'gpt-4o' }
  expect(refusal(() => sent('gemini', { contents }, 'chat', model)).message).toContain(what)
})

test('a call without arguments has an empty object of them, whole as streamed', () => {
  const output = [{ type: 'function_call', id: 'fc_1', call_id: 'c', name: 'look', arguments: '' }]
  const answer = { id: 'r', model: 'm', status: 'completed', output }
  const { choices } = answered({ client: 'chat', upstream: 'responses' }, answer)
  expect(choices[0].message.tool_calls[0].function.arguments).toBe('{}')
})
