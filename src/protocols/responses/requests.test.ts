/** What Codex and other clients of the Responses API send reaches foreign models, or is refused by name. */
import { describe, expect, test } from 'bun:test'
import { refusal } from '../../../test/support/translation/chat-samples.ts'
import {
  lossesOf,
  readRequest,
  sent,
  sentBody,
} from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const GRAMMAR = { type: 'grammar', syntax: 'lark', definition: 'start: "*** Begin Patch"' }
const PATCH = { type: 'custom', name: 'apply_patch', description: 'Edits files.', format: GRAMMAR }
const LOOK = { type: 'function', name: 'look', parameters: { type: 'object', properties: {} } }

/** As Codex 0.171.0 writes it. */
const CODEX: JsonObject = {
  stream: true,
  input: [
    {
      type: 'message',
      role: 'developer',
      content: [{ type: 'input_text', text: 'You are Codex.' }],
    },
    { type: 'message', role: 'user', id: 'msg_1', content: [{ type: 'input_text', text: 'Hi' }] },
  ],
  tools: [
    LOOK,
    PATCH,
    { type: 'web_search', external_web_access: false },
    { type: 'tool_search', execution: 'client' },
    { type: 'namespace', name: 'multi_agent_v1', description: 'Agents.', tools: [LOOK, PATCH] },
  ],
  tool_choice: 'auto',
  parallel_tool_calls: true,
  reasoning: { effort: 'medium' },
  store: false,
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: 'thread',
  text: { verbosity: 'low' },
  client_metadata: { session: '1' },
}

describe('the first request of Codex', () => {
  test.each(['chat', 'messages', 'gemini', 'converse'] as const)(
    'reaches %s: system text, all tools that it can have, effort',
    (wire) => {
      const body = JSON.stringify(sentBody('responses', CODEX, wire))
      for (const text of ['You are Codex.', 'Hi', 'look', 'apply_patch', 'multi_agent_v1__look'])
        expect(body).toContain(text)
      expect(body).toContain('multi_agent_v1__apply_patch')
      expect(body).not.toContain('client_metadata')
      expect(body).not.toContain('encrypted_content')
    },
  )

  test('reports the tools that only OpenAI runs, and nothing that changes no answer', () => {
    expect(lossesOf('responses', CODEX, 'messages').toSorted()).toEqual([
      'prompt_cache_key dropped',
      'text.verbosity dropped',
      'tools.tool_search dropped',
      'tools.web_search dropped',
    ])
  })

  test('keeps the grammar of a custom tool, in a namespace too', () => {
    const { tools } = sentBody('responses', CODEX, 'chat')
    const patches = tools.filter((tool: { function: { name: string } }) =>
      tool.function.name.endsWith('apply_patch'),
    )
    expect(patches).toHaveLength(2)
    for (const { function: patch } of patches) {
      expect(patch.description).toContain('*** Begin Patch')
      expect(patch.parameters.required).toEqual(['input'])
    }
  })

  test('of gpt-6 has its tools in an input item: they are the request’s tools', () => {
    const { tools: _, ...rest } = CODEX
    const input = [
      { type: 'additional_tools', role: 'developer', tools: CODEX.tools },
      ...(CODEX.input as unknown[]),
    ]
    const names = (body: JsonObject) =>
      sentBody('responses', body, 'messages').tools.map((tool: { name: string }) => tool.name)
    expect(names({ ...rest, input })).toEqual(names(CODEX))
  })

  test('with a hosted tool alone is refused, not answered without it', () => {
    const body = { input: 'News?', tools: [{ type: 'web_search' }] }
    expect(refusal(() => sent('responses', body, 'chat'))).toMatchObject({
      status: 400,
      param: 'tools',
    })
  })
})

describe('input', () => {
  test('may be a plain string', () => {
    expect(sentBody('responses', { input: 'Hello' }, 'chat').messages).toEqual([
      { role: 'user', content: 'Hello' },
    ])
  })

  test('keeps the text and the images of a tool result that is a list', () => {
    const output = [
      { type: 'input_text', text: 'A cat' },
      { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' },
    ]
    const input = [
      { role: 'user', content: 'Look' },
      { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output },
    ]
    const body = sentBody('responses', { input, tools: [LOOK] }, 'messages')
    expect(body.messages[2].content[0]).toMatchObject({
      type: 'tool_result',
      content: [
        { type: 'text', text: 'A cat' },
        {
          type: 'image',
          source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
        },
      ],
    })
  })

  test('echoes custom calls, which become functions with one text', () => {
    const input = [
      { role: 'user', content: 'Edit' },
      {
        type: 'custom_tool_call',
        id: 'ctc_1',
        call_id: 'call_1',
        name: 'apply_patch',
        input: '*** x',
      },
      { type: 'custom_tool_call_output', id: 'ctco_1', call_id: 'call_1', output: 'done' },
    ]
    const { messages } = sentBody('responses', { input, tools: [PATCH] }, 'chat')
    expect(messages[1].tool_calls[0].function).toEqual({
      name: 'apply_patch',
      arguments: '{"input":"*** x"}',
    })
    expect(messages[2]).toMatchObject({ role: 'tool', tool_call_id: 'call_1', content: 'done' })
  })

  test('of a namespace’s call has the flat name that the tool has', () => {
    const input = [
      { role: 'user', content: 'Go' },
      { type: 'function_call', call_id: 'c', namespace: 'clock', name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: '12:00' },
    ]
    const tools = [{ type: 'namespace', name: 'clock', description: '', tools: [LOOK] }]
    const body = sentBody('responses', { input, tools }, 'messages')
    expect(body.tools[0].name).toBe('clock__look')
    expect(body.messages[1].content[0].name).toBe('clock__look')
  })

  test('drops records of OpenAI’s own tools, reported', () => {
    const input = [
      { role: 'user', content: 'News?' },
      { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search' } },
      { role: 'assistant', content: [{ type: 'output_text', text: 'None.', annotations: [] }] },
      { role: 'user', content: 'Thanks' },
    ]
    expect(sentBody('responses', { input }, 'chat').messages).toHaveLength(3)
    expect(lossesOf('responses', { input }, 'chat')).toEqual(['input dropped'])
  })

  test.each([
    [{ input: [{ role: 'robot', content: 'x' }] }, 'input[0].role'],
    [{ input: [{ type: 'function_call', name: 'x', arguments: '{}' }] }, 'input[0].call_id'],
    [{ input: [{ role: 'user', content: [{ type: 'smell' }] }] }, 'input[0].content[0].type'],
    [{ input: 'x', tools: [{ type: 'function' }] }, 'tools[0].name'],
    [{ input: 'x', reasoning: { effort: 'huge' } }, 'reasoning.effort'],
    [{ input: 'x', temperature: 'hot' }, 'temperature'],
  ])('a wrong field is named: %j', (body, param) => {
    expect(refusal(() => readRequest('responses', { model: 'm', ...body }))).toMatchObject({
      status: 400,
      param,
    })
  })
})

describe('state that a foreign upstream does not keep', () => {
  test.each([
    [{ previous_response_id: 'resp_1' }, 'previous_response_id'],
    [{ conversation: 'conv_1' }, 'conversation'],
    [{ background: true }, 'background'],
    [{ prompt: { id: 'pmpt_1' } }, 'prompt'],
  ])('is refused, never answered without its context: %j', (body, param) => {
    const run = () => sent('responses', { input: 'And?', ...body }, 'messages')
    expect(refusal(run)).toMatchObject({ status: 400, param })
  })

  test.each([
    ['previous_response_id', 'previous_response_not_found'],
    ['conversation', 'invalid_request'],
  ] as const)(
    'is refused with what to send instead, and a code that clients know: %s',
    (field, code) => {
      const error = refusal(() => sent('responses', { input: 'And?', [field]: 'x_1' }, 'messages'))
      expect(error.report()).toMatchObject({ code, param: field })
      expect([error.status, error.message]).toEqual([
        400,
        expect.stringContaining("Send all items of the conversation as 'input' instead"),
      ])
    },
  )

  test('is refused also as a reference to an item', () => {
    const input = [
      { type: 'item_reference', id: 'msg_1' },
      { role: 'user', content: 'And?' },
    ]
    expect(refusal(() => sent('responses', { input }, 'chat')).status).toBe(400)
  })
})

// On other wires each tool of a namespace is written with its name.
test('the name of a namespace is bounded', () => {
  const request = (name: string) => ({
    input: 'x',
    tools: [{ type: 'namespace', name, tools: [{ type: 'function', name: 'f' }] }],
  })
  expect(() => sentBody('responses', request('n'.repeat(1_001)), 'chat')).toThrow(
    "'tools[0].name' must have at most 1000 characters",
  )
  expect(sentBody('responses', request('n'), 'chat').tools).toHaveLength(1)
})
