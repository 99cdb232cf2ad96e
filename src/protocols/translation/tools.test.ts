/** What an upstream gets of tools, calls and their results. Numbers in brackets are known failures of other gateways. */
import { describe, expect, test } from 'bun:test'
import {
  asks,
  call,
  claudeTool,
  refusal,
  tool,
} from '../../../test/support/translation/chat-samples.ts'
import {
  lossesOf,
  readRequest,
  sent,
  sentBody,
} from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'

describe('tools', () => {
  const messages = [asks('Hi')]

  test('one without parameters has an empty object of them for Claude', () => {
    const { tools } = sentBody('chat', { messages, tools: [tool('look', null)] }, 'messages')
    expect(tools[0].input_schema).toEqual({ type: 'object', properties: {} })
  })

  test('a forced, a required and a serial choice survive both ways', () => {
    const forced = { type: 'function', function: { name: 'look' } }
    const body = { messages, tools: [tool('look')], parallel_tool_calls: false }
    expect(sentBody('chat', { ...body, tool_choice: forced }, 'messages').tool_choice).toEqual({
      type: 'tool',
      name: 'look',
      disable_parallel_tool_use: true,
    })
    expect(sentBody('chat', { ...body, tool_choice: 'required' }, 'messages').tool_choice).toEqual({
      type: 'any',
      disable_parallel_tool_use: true,
    })
    const back = sentBody(
      'messages',
      {
        max_tokens: 9,
        messages,
        tools: [claudeTool],
        tool_choice: { type: 'tool', name: 'look', disable_parallel_tool_use: true },
      },
      'chat',
    )
    expect(back.tool_choice).toEqual(forced)
    expect(back.parallel_tool_calls).toBe(false)
  })

  test('of allowed tools only those are sent where a wire cannot name them', () => {
    const choice = {
      type: 'allowed_tools',
      allowed_tools: { mode: 'required', tools: [tool('b')] },
    }
    const body = sentBody(
      'chat',
      { messages, tools: [tool('a'), tool('b')], tool_choice: choice },
      'messages',
    )
    expect(body.tools.map(({ name }: JsonObject) => name)).toEqual(['b'])
    expect(body.tool_choice).toEqual({ type: 'any' })
  })

  test('three results in three messages become one turn, in the order of the calls, before other text', () => {
    const { messages: turns } = sentBody(
      'chat',
      {
        tools: [tool('look')],
        messages: [
          asks('Go'),
          { role: 'assistant', content: null, tool_calls: [call('a'), call('b'), call('c')] },
          { role: 'tool', tool_call_id: 'c', content: '3' },
          { role: 'tool', tool_call_id: 'a', content: '1' },
          asks('And?'),
          { role: 'tool', tool_call_id: 'b', content: '2' },
        ],
      },
      'messages',
    )
    expect(turns).toHaveLength(3)
    expect(turns[2].content.map((block: JsonObject) => block.tool_use_id ?? block.text)).toEqual([
      'a',
      'b',
      'c',
      'And?',
    ])
  })

  test('a result without id, an orphan, and an unanswered call are each refused by name', () => {
    const result = { role: 'tool', content: 'x' }
    expect(refusal(() => readRequest('chat', { model: 'm', messages: [result] })).param).toBe(
      'messages[0].tool_call_id',
    )
    const orphan = refusal(() =>
      sent('chat', { messages: [asks('Hi'), { ...result, tool_call_id: 'zz' }] }, 'messages'),
    )
    expect(orphan.message).toContain("'zz'")
    const open = { role: 'assistant', tool_calls: [call('yy')] }
    expect(
      refusal(() => sent('chat', { messages: [asks('Hi'), open] }, 'messages')).message,
    ).toContain("'yy'")
  })

  test('calls in the history without tools are declared by name, and none may be called', () => {
    const body = {
      messages: [
        asks('Hi'),
        { role: 'assistant', tool_calls: [call('a', 'gone')] },
        { role: 'tool', tool_call_id: 'a', content: 'x' },
      ],
    }
    const written = sentBody('chat', body, 'messages')
    expect(written.tools).toMatchObject([{ name: 'gone' }])
    expect(written.tool_choice).toEqual({ type: 'none' })
    expect(lossesOf('chat', body, 'messages')).toEqual(['tools emulated'])
  })

  test('ids that a wire does not take are mapped alike in call and result', () => {
    const id = 'functions.Bash:0'
    const { messages: turns } = sentBody(
      'chat',
      {
        tools: [tool('look')],
        messages: [
          asks('Hi'),
          { role: 'assistant', tool_calls: [call(id)] },
          { role: 'tool', tool_call_id: id, content: 'x' },
        ],
      },
      'messages',
    )
    expect(turns[1].content[0].id).toMatch(/^[\w-]{1,64}$/)
    expect(turns[2].content[0].tool_use_id).toBe(turns[1].content[0].id)
  })

  test('an id of 90 characters is shortened for OpenAI, in call and result', () => {
    const id = `toolu_${'x'.repeat(84)}`
    const { messages: turns } = sentBody(
      'messages',
      {
        max_tokens: 9,
        tools: [claudeTool],
        messages: [
          asks('Hi'),
          { role: 'assistant', content: [{ type: 'tool_use', id, name: 'look', input: {} }] },
          asks([{ type: 'tool_result', tool_use_id: id, content: 'x' }]),
        ],
      },
      'chat',
    )
    expect(turns[1].tool_calls[0].id.length).toBeLessThanOrEqual(64)
    expect(turns[2].tool_call_id).toBe(turns[1].tool_calls[0].id)
  })

  test('broken arguments that a model wrote are kept as text', () => {
    const { messages: turns } = sentBody(
      'chat',
      {
        tools: [tool('look')],
        messages: [
          asks('Hi'),
          { role: 'assistant', tool_calls: [call('a', 'look', '{"path": "/tm')] },
          { role: 'tool', tool_call_id: 'a', content: 'no' },
        ],
      },
      'messages',
    )
    expect(turns[1].content[0].input).toEqual({ _raw: '{"path": "/tm' })
  })

  test('a failed result says so on a wire without the flag', () => {
    const { messages: turns } = sentBody(
      'messages',
      {
        max_tokens: 9,
        tools: [claudeTool],
        messages: [
          asks('Hi'),
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'look', input: {} }] },
          asks([{ type: 'tool_result', tool_use_id: 'a', content: 'not found', is_error: true }]),
        ],
      },
      'chat',
    )
    expect(turns[2].content).toBe('Error: not found')
  })

  test('a vendor’s own tool goes if others are there, and is refused if it is the only one', () => {
    const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 8 }
    const body = { max_tokens: 9, messages }
    expect(lossesOf('messages', { ...body, tools: [claudeTool, search] }, 'chat')).toEqual([
      'tools.web_search_20250305 dropped',
    ])
    const error = refusal(() => sent('messages', { ...body, tools: [search] }, 'chat'))
    expect([error.status, error.param]).toEqual([400, 'tools'])
  })

  test('a custom tool becomes a function with one text that keeps its grammar', () => {
    const format = { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "x"' } }
    const custom = { type: 'custom', custom: { name: 'patch', description: 'Patches.', format } }
    const [written] = sentBody('chat', { messages, tools: [custom] }, 'messages').tools
    expect(written.input_schema.required).toEqual(['input'])
    expect(written.description).toContain('start: "x"')
  })
})
