/** What must reach every kind of upstream, from the agents that send it: media, choices among tools, budgets. */
import { describe, expect, test } from 'bun:test'
import { asks, call, tool } from '../../../test/support/translation/chat-samples.ts'
import { lossesOf, sent, sentBody } from '../../../test/support/translation/translation.ts'
import { GatewayError } from '../../core/errors.ts'
import type { DialectName, JsonObject, WireName } from '../neutral/neutral.ts'
import { DIALECTS, WIRES } from './formats.ts'

const WIRE_NAMES = Object.keys(WIRES) as WireName[]
const DIALECT_NAMES = Object.keys(DIALECTS) as DialectName[]
const PNG = 'iVBORw0KGgoAAAANSUhEUg=='
const PDF = 'JVBERi0xLjcKJcfsj6IK'
const count = (text: string, part: string) => text.split(part).length - 1

/** As Claude Code sends them: an image inside of a result, a PDF next to one and one inside another. */
const claudeCode = {
  max_tokens: 100,
  tools: [{ name: 'Read', input_schema: { type: 'object', properties: {} } }],
  messages: [
    asks('Read them.'),
    {
      role: 'assistant',
      content: ['a', 'b', 'c'].map((id) => ({ type: 'tool_use', id, name: 'Read', input: {} })),
    },
    asks([
      {
        type: 'tool_result',
        tool_use_id: 'a',
        content: [
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
        ],
      },
      { type: 'tool_result', tool_use_id: 'b', content: 'PDF file read: a.pdf' },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: PDF },
        title: 'a.pdf',
      },
      {
        type: 'tool_result',
        tool_use_id: 'c',
        content: [
          {
            type: 'document',
            source: { type: 'base64', media_type: 'application/pdf', data: PDF },
          },
        ],
      },
    ]),
  ],
}

/** As Codex sends them: results that are lists, and a file that the user gave. */
const codex = {
  tools: [{ type: 'function', name: 'view_image', parameters: { type: 'object', properties: {} } }],
  input: [
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'Look.' },
        {
          type: 'input_file',
          filename: 'a.pdf',
          file_data: `data:application/pdf;base64,${PDF}`,
        },
      ],
    },
    { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'view_image', arguments: '{}' },
    {
      type: 'function_call_output',
      call_id: 'a',
      output: [
        { type: 'input_text', text: 'Here.' },
        { type: 'input_image', image_url: `data:image/png;base64,${PNG}` },
        {
          type: 'input_file',
          filename: 'b.pdf',
          file_data: `data:application/pdf;base64,${PDF}`,
        },
      ],
    },
  ],
}

describe.each(WIRE_NAMES)('to %s', (wire) => {
  test('the images and PDFs of Claude Code’s tool results arrive, each with its result', () => {
    const text = JSON.stringify(sentBody('messages', claudeCode, wire))
    expect([count(text, PNG), count(text, PDF)]).toEqual([1, 2])
    expect(text).toContain('PDF file read: a.pdf')
  })

  test('the images and PDFs of Codex arrive, in messages and in tool results', () => {
    const text = JSON.stringify(sentBody('responses', codex, wire))
    expect([count(text, PNG), count(text, PDF)]).toEqual([1, 2])
    for (const word of ['Look.', 'Here.']) expect(text).toContain(word)
  })

  test('a list of parts means what its text means, on each role', () => {
    const conversation = (of: (text: string) => unknown) => ({
      tools: [tool('look')],
      messages: [
        { role: 'system', content: of('Be brief.') },
        asks(of('Hi')),
        { role: 'assistant', content: of('Let me look.'), tool_calls: [call('a')] },
        { role: 'tool', tool_call_id: 'a', content: of('A cat') },
        asks(of('And?')),
      ],
    })
    const asParts = (text: string) => [{ type: 'text', text }]
    expect(sentBody('chat', conversation(asParts), wire)).toEqual(
      sentBody('chat', conversation(String), wire),
    )
  })

  test('a budget of 31,999 of 32,000 tokens leaves room for the answer', () => {
    for (const model of [undefined, 'claude-sonnet-4-5', 'gemini-2.5-flash']) {
      const body = sentBody(
        'messages',
        {
          max_tokens: 32_000,
          thinking: { type: 'enabled', budget_tokens: 31_999 },
          messages: [asks('Hi')],
        },
        wire,
        model === undefined ? {} : { model },
      )
      const budget = findNumber(body, /^(?:budget_tokens|thinkingBudget)$/)
      const most = findNumber(body, /^(?:max_tokens|maxTokens|maxOutputTokens)$/)
      if (budget !== null && most !== null) expect(budget).toBeLessThan(most)
    }
  })
})

/** The first number under such a name. */
function findNumber(value: unknown, name: RegExp): number | null {
  if (typeof value !== 'object' || value === null) return null
  for (const [key, inner] of Object.entries(value)) {
    if (name.test(key) && typeof inner === 'number') return inner
    const found = findNumber(inner, name)
    if (found !== null) return found
  }
  return null
}

/** The same three wishes in each client's words. */
const NAMED = { type: 'function', function: { name: 'look' } }
const CHOICES: Readonly<Record<DialectName, (wish: 'tool' | 'required') => JsonObject>> = {
  chat: (wish) => ({
    messages: [asks('Hi')],
    tools: [tool('look'), tool('other')],
    tool_choice: wish === 'tool' ? NAMED : 'required',
    parallel_tool_calls: false,
  }),
  responses: (wish) => ({
    input: 'Hi',
    tools: ['look', 'other'].map((name) => ({ type: 'function', name, parameters: {} })),
    tool_choice: wish === 'tool' ? { type: 'function', name: 'look' } : 'required',
    parallel_tool_calls: false,
  }),
  messages: (wish) => ({
    max_tokens: 9,
    messages: [asks('Hi')],
    tools: ['look', 'other'].map((name) => ({ name, input_schema: { type: 'object' } })),
    tool_choice: {
      ...(wish === 'tool' ? { type: 'tool', name: 'look' } : { type: 'any' }),
      disable_parallel_tool_use: true,
    },
  }),
  gemini: (wish) => ({
    contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
    tools: [{ functionDeclarations: [{ name: 'look' }, { name: 'other' }] }],
    toolConfig: {
      functionCallingConfig: {
        mode: 'ANY',
        ...(wish === 'tool' && { allowedFunctionNames: ['look'] }),
      },
    },
  }),
}

const WRITTEN: Readonly<Record<WireName, (body: JsonObject) => unknown>> = {
  chat: ({ tool_choice }) => tool_choice,
  responses: ({ tool_choice }) => tool_choice,
  messages: ({ tool_choice }) => without(tool_choice, 'disable_parallel_tool_use'),
  gemini: ({ toolConfig }) => (toolConfig as JsonObject).functionCallingConfig,
  converse: ({ toolConfig }) => (toolConfig as JsonObject).toolChoice,
}

function without(value: unknown, name: string): JsonObject {
  const { [name]: _, ...rest } = value as JsonObject
  return rest
}

const EXPECTED: Readonly<Record<WireName, { tool: unknown; required: unknown }>> = {
  chat: { tool: NAMED, required: 'required' },
  responses: { tool: { type: 'function', name: 'look' }, required: 'required' },
  messages: { tool: { type: 'tool', name: 'look' }, required: { type: 'any' } },
  gemini: {
    tool: { mode: 'ANY', allowedFunctionNames: ['look'] },
    required: { mode: 'ANY' },
  },
  converse: { tool: { tool: { name: 'look' } }, required: { any: {} } },
}

const PAIRS = DIALECT_NAMES.flatMap((from) =>
  WIRE_NAMES.filter((to) => to !== from).map((to) => [from, to] as const),
)

test.each(PAIRS)('a choice of tool from %s survives on %s', (from, to) => {
  for (const wish of ['tool', 'required'] as const) {
    const body = sentBody(from, CHOICES[from](wish), to)
    expect([wish, WRITTEN[to](body)]).toEqual([wish, EXPECTED[to][wish]])
  }
  if (from === 'gemini') return
  const serial = JSON.stringify(sentBody(from, CHOICES[from]('tool'), to))
  const kept = /"parallel_tool_calls":false|"disable_parallel_tool_use":true/.test(serial)
  const reported = lossesOf(from, CHOICES[from]('tool'), to).some((loss) =>
    /^(?:parallel_tool_calls|tool_choice.disable_parallel_tool_use) dropped$/.test(loss),
  )
  expect([kept, reported].filter(Boolean)).toHaveLength(1)
})

test.each(WIRE_NAMES.filter((wire) => wire !== 'messages'))(
  'Claude Code’s own request for a web search is refused on %s, not answered without one',
  (wire) => {
    const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 8 }
    const body = { max_tokens: 9, messages: [asks('Search')], tools: [search] }
    let thrown: unknown
    try {
      sent('messages', { ...body, tool_choice: { type: 'auto' } }, wire)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(GatewayError)
    expect(thrown).toMatchObject({ status: 400, param: 'tools' })
  },
)
