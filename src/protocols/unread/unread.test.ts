/** Fields below the top level that no other format has: reported by their place, once each, and never silently lost. */
import { describe, expect, test } from 'bun:test'
import { asks } from '../../../test/support/translation/chat-samples.ts'
import { lossesOf, sent } from '../../../test/support/translation/translation.ts'
import type { DialectName, JsonObject, WireName } from '../neutral/neutral.ts'

const IMAGE = { type: 'base64', media_type: 'image/png', data: 'AAAA' }

/** What is lost of each, in the client's own words. */
const CASES: readonly (readonly [DialectName, JsonObject, readonly string[]])[] = [
  [
    'chat',
    {
      messages: [
        { role: 'user', name: 'bob', content: [{ type: 'text', text: 'Hi', novel: 1 }] },
        { role: 'user', name: 'eve', content: 'Hi' },
      ],
      tools: [{ type: 'function', function: { name: 'f', novel: true } }],
    },
    ['messages[].name', 'messages[].content[].novel', 'tools[].function.novel'],
  ],
  [
    'responses',
    {
      input: [{ role: 'user', novel: 1, content: [{ type: 'input_text', text: 'Hi', other: 1 }] }],
      tools: [{ type: 'function', name: 'f', parameters: null, defer_loading: true }],
      text: { novel: 'x' },
    },
    ['input[].novel', 'input[].content[].other', 'tools[].defer_loading', 'text.novel'],
  ],
  [
    'messages',
    {
      max_tokens: 20,
      messages: [
        asks([
          { type: 'text', text: 'Hi' },
          { type: 'image', source: IMAGE, novel: 1 },
        ]),
      ],
      tools: [{ name: 'f', input_schema: { type: 'object' }, input_examples: [{}] }],
    },
    ['messages[].content[].novel', 'tools[].input_examples'],
  ],
  [
    'gemini',
    {
      contents: [{ role: 'user', parts: [{ text: 'Hi', novel: 1 }] }],
      tools: [{ functionDeclarations: [{ name: 'f', behavior: 'NON_BLOCKING' }] }],
      toolConfig: { retrievalConfig: {} },
      generationConfig: { thinkingConfig: { novel: 1 } },
    },
    [
      'contents[].parts[].novel',
      'tools[].functionDeclarations[].behavior',
      'toolConfig.retrievalConfig',
      'generationConfig.thinkingConfig.novel',
    ],
  ],
]
const WIRES: readonly WireName[] = ['chat', 'responses', 'messages', 'gemini', 'converse']
const PAIRS = CASES.flatMap(([from, body, lost]) =>
  WIRES.filter((to) => to !== from).map((to) => [from, to, body, lost] as const),
)

test.each(PAIRS)('from %s to %s each is named once', (from, to, body, lost) => {
  const dropped = lossesOf(from, body, to).filter((loss) => loss.includes('.'))
  expect(dropped.sort()).toEqual(lost.map((field) => `${field} dropped`).sort())
})

test.each(CASES)('nothing is lost from %s in its own format', (from, body) => {
  expect(sent(from, body, from).losses).toEqual([])
})

describe('what is no loss', () => {
  test('an id, a state or a name that another part of the request holds too', () => {
    const input = [
      {
        type: 'message',
        id: 'msg_1',
        status: 'completed',
        phase: 'final',
        role: 'user',
        content: 'x',
      },
    ]
    expect(lossesOf('responses', { input }, 'chat')).toEqual([])
    const call = { id: 'c', index: 0, type: 'function', function: { name: 'f', arguments: '{}' } }
    const messages = [
      asks('x'),
      { role: 'assistant', content: null, refusal: null, annotations: [], tool_calls: [call] },
      { role: 'tool', name: 'f', tool_call_id: 'c', content: 'y' },
    ]
    const tools = [{ type: 'function', function: { name: 'f' } }]
    expect(lossesOf('chat', { messages, tools }, 'messages')).toEqual([])
  })

  test('citations that are not asked for', () => {
    const document = (enabled: boolean) => ({
      type: 'document',
      citations: { enabled },
      source: { type: 'text', media_type: 'text/plain', data: 'T' },
    })
    const body = (enabled: boolean) => ({ max_tokens: 9, messages: [asks([document(enabled)])] })
    expect(lossesOf('messages', body(false), 'chat')).toEqual([])
    expect(lossesOf('messages', body(true), 'chat')).toEqual([
      'messages[].content[].citations.enabled dropped',
    ])
  })
})

test.each([
  ['function_call', { name: 'f', arguments: '{}' }],
  ['audio', { id: 'audio_1' }],
])('an earlier answer with %s is refused by name', (field, value) => {
  const messages = [asks('x'), { role: 'assistant', content: null, [field]: value }, asks('y')]
  expect(() => sent('chat', { messages }, 'gemini')).toThrow(`'messages[1].${field}'`)
})

test('what an image’s detail, truncation or another vendor’s thought asks for is reported', () => {
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } }
  const shown = { messages: [asks([image])] }
  for (const to of ['messages', 'gemini', 'converse'] as const)
    expect(lossesOf('chat', shown, to)).toEqual(['messages[].content[].image_url.detail dropped'])
  expect(lossesOf('chat', shown, 'responses')).toEqual([])
  const cut = { input: 'Hi', truncation: 'auto' }
  expect(lossesOf('responses', cut, 'chat')).toEqual(['truncation dropped'])
  expect(lossesOf('responses', { ...cut, truncation: 'disabled' }, 'chat')).toEqual([])
  const thought = { type: 'thinking', thinking: 'Hm.', signature: 'abc' }
  const messages = [
    asks('x'),
    { role: 'assistant', content: [thought, { type: 'text', text: 'y' }] },
    asks('z'),
  ]
  expect(lossesOf('messages', { max_tokens: 99, messages }, 'responses')).toEqual([
    'messages dropped',
  ])
})

test('log probabilities that `include` asks for are refused', () => {
  const body = { input: 'Hi', include: ['message.output_text.logprobs'] }
  expect(() => sent('responses', body, 'chat')).toThrow("'include'")
})
