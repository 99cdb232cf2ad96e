/** What an upstream gets of an agent's request, and of structured output. */
import { describe, expect, test } from 'bun:test'
import {
  lossesOf,
  sent,
  sentBody,
  targetOf,
} from '../../../test/support/translation/translation.ts'

const asks = (content: unknown) => ({ role: 'user', content })

describe('fields of Claude Code', () => {
  const body = {
    max_tokens: 32_000,
    system: [
      { type: 'text', text: 'x-anthropic-billing-header: cc_version=2' },
      { type: 'text', text: 'You are a CLI.', cache_control: { type: 'ephemeral' } },
    ],
    messages: [asks('Hi')],
    thinking: { type: 'adaptive' },
    output_config: { effort: 'high' },
    context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  }

  test('its effort is used; what only Claude supports is removed and reported', () => {
    const written = sentBody('messages', body, 'chat')
    expect(written.reasoning_effort).toBe('high')
    expect(Object.keys(written)).not.toContain('context_management')
    expect(lossesOf('messages', body, 'chat')).toEqual(['context_management dropped'])
  })

  test('its billing header, new with each request, does not reach foreign wires', () => {
    expect(JSON.stringify(sentBody('messages', body, 'chat'))).not.toContain('billing-header')
    expect(JSON.stringify(sentBody('messages', body, 'messages'))).toContain('billing-header')
  })

  test('an effort that a model does not know is cut to its nearest', () => {
    const target = targetOf('chat', { model: 'gpt-5.1' })
    expect(
      sentBody('messages', { ...body, output_config: { effort: 'max' } }, 'chat', target)
        .reasoning_effort,
    ).toBe('high')
  })

  test("a model that doesn't support effort gets none, and that is reported", () => {
    const target = targetOf('chat', { model: 'gpt-4o' })
    expect(sentBody('messages', body, 'chat', target).reasoning_effort).toBeUndefined()
    expect(lossesOf('messages', body, 'chat', target)).toContain('thinking dropped')
  })
})

describe('structured output', () => {
  const schema = {
    type: 'object',
    properties: { age: { type: 'integer', minimum: 0 } },
    required: ['age'],
  }
  const body = {
    messages: [asks('Age?')],
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema } },
  }

  test('is closed for Claude, with bounds in words', () => {
    const { format } = sentBody('chat', body, 'messages').output_config
    expect(format.schema.additionalProperties).toBe(false)
    expect(format.schema.properties.age).toEqual({ type: 'integer', description: '{minimum: 0}' })
  })

  test('is asked for by a forced tool of models that take no schema', () => {
    const target = targetOf('messages', { model: 'claude-3-5-haiku-latest' })
    const written = sent('chat', body, 'messages', target)
    expect(written.outputTool).toBe('answer_in_json')
    expect(written.body.tool_choice).toEqual({ type: 'tool', name: 'answer_in_json' })
    expect(written.losses.map(({ how }) => how)).toEqual(['emulated'])
  })

  test('Claude’s reaches OpenAI as response_format', () => {
    const format = { type: 'json_schema', schema }
    const written = sentBody(
      'messages',
      { max_tokens: 9, messages: [asks('Age?')], output_config: { format } },
      'chat',
    )
    expect(written.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', schema },
    })
  })
})
