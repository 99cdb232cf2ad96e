/** How long a model is to think, and that its thoughts return to it alone. */
import { describe, expect, test } from 'bun:test'
import {
  answered,
  eventsFrom,
  lossesOf,
  OLDER_CLAUDE,
  readRequest,
  sentBody,
  streamed,
  targetOf,
  wire,
} from '../../../test/support/translation/translation.ts'
import { factsFor } from '../neutral/model-facts.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import { budgetOf, effortOf, nearestEffort } from '../neutral/reasoning.ts'
import { mayHoldWrapped, readSignature, wrapSignature } from './signatures.ts'
import {
  readRemembered,
  recalled,
  ThoughtMemory,
  unsignedCalls,
  writeRemembered,
} from './thoughts.ts'

const older = targetOf('messages', { model: OLDER_CLAUDE })
const asks = (content: unknown) => ({ role: 'user', content })
const tools = [
  { type: 'function', function: { name: 'look', parameters: { type: 'object', properties: {} } } },
]
const claudeTools = [{ name: 'look', input_schema: { type: 'object', properties: {} } }]

describe('efforts and budgets', () => {
  test('become each other', () => {
    for (const effort of ['low', 'medium', 'high', 'xhigh'] as const)
      expect(effortOf(budgetOf(effort))).toBe(effort)
    expect(nearestEffort('max', ['low', 'high'])).toBe('high')
    expect(nearestEffort('minimal', [])).toBeUndefined()
  })

  test('an effort makes newer Claudes think adaptively, and older ones by budget with room for it', () => {
    const body = { messages: [asks('Hi')], reasoning_effort: 'high', max_completion_tokens: 4_000 }
    const newer = sentBody('chat', body, 'messages')
    expect(newer.thinking).toEqual({ type: 'adaptive', display: 'summarized' })
    expect(newer.output_config).toEqual({ effort: 'high' })
    const written = sentBody('chat', body, 'messages', older)
    expect(written.thinking).toEqual({ type: 'enabled', budget_tokens: 16_384 })
    expect(written.max_tokens).toBe(20_384)
  })

  test('a budget of 31,999 in 32,000 leaves room for the answer', () => {
    const body = {
      max_tokens: 32_000,
      thinking: { type: 'enabled', budget_tokens: 31_999 },
      messages: [asks('Hi')],
    }
    const written = sentBody('messages', body, 'messages', older)
    expect(written.max_tokens).toBe(32_000)
    expect(written.max_tokens - written.thinking.budget_tokens).toBeGreaterThanOrEqual(1024)
    expect(
      sentBody('messages', body, 'chat', targetOf('chat', { model: 'gpt-5.5' })),
    ).toMatchObject({
      reasoning_effort: 'xhigh',
      max_completion_tokens: 32_000,
    })
  })

  test('"none" turns thinking off, or takes the lowest that the model can', () => {
    const body = { messages: [asks('Hi')], reasoning_effort: 'none' }
    expect(sentBody('chat', body, 'messages').thinking).toEqual({ type: 'disabled' })
    const off = { max_tokens: 9, messages: [asks('Hi')], thinking: { type: 'disabled' } }
    expect(sentBody('messages', off, 'chat').reasoning_effort).toBe('none')
    const always = targetOf('chat', { model: 'gpt-5' })
    expect(sentBody('messages', off, 'chat', always).reasoning_effort).toBe('minimal')
    expect(lossesOf('messages', off, 'chat', always)).toEqual(['thinking clamped'])
  })

  test('a forced tool wins over a thinking budget, reported', () => {
    const body = { messages: [asks('Hi')], reasoning_effort: 'low', tools, tool_choice: 'required' }
    expect(sentBody('chat', body, 'messages', older).thinking).toBeUndefined()
    expect(lossesOf('chat', body, 'messages', older)).toEqual(['reasoning_effort dropped'])
  })

  test('a forced tool, a temperature or a low top_p wins over adaptive thinking, and the effort stays', () => {
    const asked = { messages: [asks('Hi')], reasoning_effort: 'low', tools }
    const target = { model: 'claude-opus-4-6', facts: factsFor('claude-opus-4-6') }
    for (const more of [{ tool_choice: 'required' }, { temperature: 0.5 }, { top_p: 0.5 }]) {
      const body = sentBody('chat', { ...asked, ...more }, 'messages', target)
      expect(body.thinking).toBeUndefined()
      expect(body.output_config).toEqual({ effort: 'low' })
      expect(lossesOf('chat', { ...asked, ...more }, 'messages', target)).toEqual([
        'reasoning_effort dropped',
      ])
    }
    expect(sentBody('chat', asked, 'messages', target).thinking.type).toBe('adaptive')
  })

  test('an unknown model follows its vendor’s newest family, and an operator knows better', () => {
    expect(factsFor('claude-next-9')).toEqual(factsFor('claude-opus-5'))
    expect(factsFor('us.anthropic.claude-sonnet-4-5-20250929-v1:0').thinking).toBe('budget')
    expect(factsFor('my-model').efforts).toEqual([])
    expect(
      factsFor('my-model-2', { 'my-*': { maxOutput: 5 }, 'my-model-2': { maxOutput: 7 } })
        .maxOutput,
    ).toBe(7)
  })
})

describe('signatures', () => {
  test('are wrapped for foreign clients and read back to the byte', () => {
    const signature = { vendor: 'google', account: 'eu.1/ü', payload: 'a.b+c/d==' }
    expect(readSignature(wrapSignature(signature), 'anthropic')).toEqual(signature)
    expect(mayHoldWrapped(JSON.stringify({ signature: wrapSignature(signature) }))).toBe(true)
    expect(readSignature('gp1.broken', 'anthropic').payload).toBe('gp1.broken')
    expect(readSignature('raw==', 'anthropic')).toEqual({
      vendor: 'anthropic',
      account: null,
      payload: 'raw==',
    })
  })

  const history = (block: JsonObject) => ({
    max_tokens: 9,
    thinking: { type: 'adaptive' },
    tools: claudeTools,
    messages: [
      asks('Hi'),
      {
        role: 'assistant',
        content: [block, { type: 'tool_use', id: 't', name: 'look', input: {} }],
      },
      asks([{ type: 'tool_result', tool_use_id: 't', content: 'ok' }]),
    ],
  })

  test('a thought that is only a signature is kept', () => {
    const block = { type: 'thinking', thinking: '', signature: 'sig+/==' }
    expect(sentBody('messages', history(block), 'messages').messages[1].content[0]).toEqual(block)
  })

  test('another vendor’s thought never reaches Claude, nor an invented signature', () => {
    const signature = wrapSignature({ vendor: 'openai', account: 'main', payload: 'enc' })
    const body = history({ type: 'thinking', thinking: 'hm', signature })
    expect(JSON.stringify(sentBody('messages', body, 'messages'))).not.toContain('thinking":"hm')
    expect(lossesOf('messages', body, 'messages')).toContain('messages dropped')
    const unsigned = history({ type: 'thinking', thinking: 'hm', signature: '' })
    expect(JSON.stringify(sentBody('messages', unsigned, 'messages'))).not.toContain(
      'thinking":"hm',
    )
  })

  test('a tool loop whose thinking is lost continues without a budget', () => {
    const body = {
      reasoning_effort: 'low',
      tools,
      messages: [
        asks('Hi'),
        {
          role: 'assistant',
          tool_calls: [{ id: 't', type: 'function', function: { name: 'look', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 't', content: 'ok' },
      ],
    }
    expect(sentBody('chat', body, 'messages', older).thinking).toBeUndefined()
    expect(lossesOf('chat', body, 'messages', older)).toEqual(['reasoning_effort dropped'])
  })

  test('thoughts of DeepSeek go back to it, through a chat client and through a Messages client', () => {
    const target = targetOf('chat', { model: 'deepseek-reasoner', vendor: 'deepseek' })
    const answer = {
      choices: [
        {
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: null,
            reasoning_content: 'hm',
            tool_calls: [
              { id: 't', type: 'function', function: { name: 'look', arguments: '{}' } },
            ],
          },
        },
      ],
    }
    const { content } = answered({ client: 'messages', upstream: 'chat', target }, answer)
    const body = {
      max_tokens: 9,
      tools: claudeTools,
      messages: [
        asks('Hi'),
        { role: 'assistant', content },
        asks([{ type: 'tool_result', tool_use_id: 't', content: 'ok' }]),
      ],
    }
    expect(sentBody('messages', body, 'chat', target).messages[1].reasoning_content).toBe('hm')
    expect(sentBody('messages', body, 'chat').messages[1].reasoning_content).toBeUndefined()
  })
})

describe('what a chat client cannot return', () => {
  const answer = [
    {
      type: 'message_start',
      message: { id: 'm', model: 'c', usage: { input_tokens: 1, output_tokens: 1 } },
    },
    {
      type: 'content_block_start',
      index: 0,
      content_block: { type: 'thinking', thinking: '', signature: '' },
    },
    { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
    {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'signature_delta', signature: 'sig==' },
    },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id: 't', name: 'look', input: {} },
    },
    { type: 'content_block_stop', index: 1 },
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 5 } },
    { type: 'message_stop' },
  ]

  test('is remembered by the call’s id and restored, so that Claude continues thinking', () => {
    const memory = new ThoughtMemory()
    for (const event of eventsFrom('messages', answer)) memory.add(event)
    const kept = new Map(
      [...memory.found()].map(([id, one]) => [id, readRemembered(writeRemembered(one))]),
    )
    const request = readRequest('chat', {
      model: 'm',
      reasoning_effort: 'low',
      tools,
      messages: [
        asks('Hi'),
        {
          role: 'assistant',
          content: null,
          reasoning_content: 'hm',
          tool_calls: [{ id: 't', type: 'function', function: { name: 'look', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 't', content: 'ok' },
      ],
    })
    expect(unsignedCalls(request)).toEqual(['t'])
    const found = new Map(
      [...kept].flatMap(([id, one]) => (one === null ? [] : [[id, one] as const])),
    )
    const { body, losses } = wire('messages').writeRequest(recalled(request, found), older)
    const [, turn] = body.messages as { content: JsonObject[] }[]
    expect(turn?.content[0]).toEqual({ type: 'thinking', thinking: 'hm', signature: 'sig==' })
    expect(body.thinking).toEqual({ type: 'enabled', budget_tokens: 2_048 })
    expect(losses).toEqual([])
  })

  test('is not shown to it either', () => {
    const { text } = streamed({ client: 'chat', upstream: 'messages' }, answer)
    expect(text).toContain('"reasoning_content":"hm"')
    expect(text).not.toContain('sig==')
  })
})
