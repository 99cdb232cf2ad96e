/** What an upstream of the Responses API gets, with the sealed thoughts of earlier turns. */
import { describe, expect, test } from 'bun:test'
import { refusal } from '../../../test/support/translation/chat-samples.ts'
import { lossesOf, sent, sentBody } from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'

describe('to an upstream of the Responses API', () => {
  const chat = {
    messages: [
      { role: 'user', content: 'Look' },
      {
        role: 'assistant',
        tool_calls: [
          { id: 'c'.repeat(90), type: 'function', function: { name: 'look', arguments: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c'.repeat(90), content: 'A cat' },
    ],
    tools: [{ type: 'function', function: { name: 'look' } }],
  }

  test('asks to keep nothing, and to get thoughts back sealed', () => {
    expect(sentBody('chat', chat, 'responses')).toMatchObject({
      store: false,
      include: ['reasoning.encrypted_content'],
    })
  })

  test('shortens an id of 90 characters in call and result equally, and gives items no ids', () => {
    const { input } = sentBody('chat', chat, 'responses')
    const [, call, result] = input
    expect(call).toEqual({
      type: 'function_call',
      call_id: result.call_id,
      name: 'look',
      arguments: '{}',
    })
    expect(call.call_id.length).toBeLessThanOrEqual(64)
  })

  test('does not let OpenAI rewrite the schema of a tool whose client did not ask for that', () => {
    expect(sentBody('chat', chat, 'responses').tools[0]).toMatchObject({
      strict: false,
      parameters: { type: 'object', properties: {} },
    })
  })

  test('raises a limit below 16, and reports stop texts and top_k', () => {
    const body = {
      max_tokens: 1,
      stop_sequences: ['x'],
      top_k: 3,
      messages: chat.messages.slice(0, 1),
    }
    expect(sentBody('messages', body, 'responses').max_output_tokens).toBe(16)
    expect(lossesOf('messages', body, 'responses').toSorted()).toEqual([
      'max_tokens clamped',
      'stop_sequences dropped',
      'top_k dropped',
    ])
  })

  test('hashes a user of more than 64 characters', () => {
    const body = {
      max_tokens: 100,
      messages: chat.messages.slice(0, 1),
      metadata: { user_id: 'u'.repeat(65) },
    }
    expect(sentBody('messages', body, 'responses').safety_identifier).toMatch(/^[0-9a-f]{64}$/)
  })

  test('refuses an address that OpenAI cannot fetch, and audio', () => {
    const parts = (part: JsonObject) => ({ contents: [{ role: 'user', parts: [part] }] })
    const bucket = parts({ fileData: { fileUri: 'gs://bucket/cat.png', mimeType: 'image/png' } })
    const audio = parts({ inlineData: { mimeType: 'audio/wav', data: 'UklGRg==' } })
    for (const body of [bucket, audio])
      expect(refusal(() => sent('gemini', body, 'responses'))).toMatchObject({ param: 'contents' })
  })
})

describe('sealed thoughts', () => {
  const signed = (payload: string) => ({
    input: [
      { role: 'user', content: 'Think' },
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: payload },
      { role: 'assistant', content: 'Done.' },
      { role: 'user', content: 'Again' },
    ],
  })
  const thoughts = (body: JsonObject, account: string) =>
    sentBody('responses', body, 'responses', { account }).input.filter(
      (item: JsonObject) => item.type === 'reasoning',
    )

  test('return to the account that sealed them, and to no other', () => {
    const body = signed('gp1.openai.main.gAAAAA==')
    expect(thoughts(body, 'main')).toMatchObject([{ encrypted_content: 'gAAAAA==' }])
    expect(thoughts(body, 'second')).toEqual([])
  })

  test('of OpenAI never reach Claude', () => {
    const body = sentBody('responses', signed('gAAAAA=='), 'messages')
    expect(JSON.stringify(body)).not.toContain('gAAAAA')
  })
})
