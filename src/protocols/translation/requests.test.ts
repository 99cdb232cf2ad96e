/** What an upstream gets of a client's request. Numbers in brackets are known failures of other gateways. */
import { describe, expect, test } from 'bun:test'
import {
  asks,
  call,
  claudeTool,
  refusal,
  tool,
} from '../../../test/support/translation/chat-samples.ts'
import {
  OLDER_CLAUDE,
  sent,
  sentBody,
  targetOf,
} from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const PNG = 'iVBORw0KGgo='

describe('content', () => {
  test('a list of parts means the same as a text, on each role', () => {
    const parts = (text: string) => [{ type: 'text', text }]
    const asLists = sentBody(
      'chat',
      {
        messages: [
          { role: 'developer', content: parts('Be brief.') },
          asks(parts('Hi')),
          { role: 'assistant', content: parts('Hello') },
          asks(parts('Bye')),
        ],
      },
      'messages',
    )
    const asTexts = sentBody(
      'chat',
      {
        messages: [
          { role: 'system', content: 'Be brief.' },
          asks('Hi'),
          { role: 'assistant', content: 'Hello' },
          asks('Bye'),
        ],
      },
      'messages',
    )
    expect(asLists).toEqual(asTexts)
    expect(asLists.system).toBe('Be brief.')
  })

  test('an image of a user and one in a tool result both arrive as images', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }
    const { messages } = sentBody(
      'messages',
      {
        max_tokens: 9,
        tools: [claudeTool],
        messages: [
          asks([image, { type: 'text', text: 'What is it?' }]),
          { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'look', input: {} }] },
          asks([{ type: 'tool_result', tool_use_id: 't1', content: [image] }]),
        ],
      },
      'chat',
    )
    const url = `data:image/png;base64,${PNG}`
    expect(messages[0].content[0]).toEqual({ type: 'image_url', image_url: { url } })
    expect(messages[2]).toMatchObject({ role: 'tool', tool_call_id: 't1' })
    expect(messages[3].content[0].text).toContain('t1')
    expect(messages[3].content[1]).toEqual({ type: 'image_url', image_url: { url } })
  })

  test('a PDF next to a tool result and one inside it both arrive as documents', () => {
    const document = {
      type: 'document',
      source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
    }
    const { messages } = sentBody(
      'messages',
      {
        max_tokens: 9,
        tools: [claudeTool],
        messages: [
          { role: 'user', content: 'Read both.' },
          {
            role: 'assistant',
            content: [
              { type: 'tool_use', id: 't1', name: 'look', input: {} },
              { type: 'tool_use', id: 't2', name: 'look', input: {} },
            ],
          },
          asks([
            { type: 'tool_result', tool_use_id: 't1', content: 'PDF file read' },
            document,
            { type: 'tool_result', tool_use_id: 't2', content: [document] },
          ]),
        ],
      },
      'chat',
    )
    const files = messages.at(-1).content.filter((part: JsonObject) => part.type === 'file')
    expect(files).toHaveLength(2)
    expect(files[0].file.file_data).toBe('data:application/pdf;base64,JVBERi0=')
  })

  test('audio that the wire cannot carry is refused by name, before sending', () => {
    const audio = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }
    const error = refusal(() => sent('chat', { messages: [asks([audio])] }, 'messages'))
    expect(error.status).toBe(400)
    expect(error.message).toContain('audio input')
    expect(error.message).toContain('Anthropic Messages')
    expect(error.param).toBe('messages')
  })

  test('another vendor’s file id is refused', () => {
    const file = { type: 'file', file: { file_id: 'file-abc' } }
    const error = refusal(() => sent('chat', { messages: [asks([file])] }, 'messages'))
    expect(error.message).toContain("file 'file-abc'")
  })

  test('blank texts are not sent to Claude', () => {
    const { messages } = sentBody(
      'chat',
      {
        tools: [tool('look')],
        messages: [
          asks('Hi'),
          { role: 'assistant', content: ' ', tool_calls: [call('a')] },
          { role: 'tool', tool_call_id: 'a', content: '' },
          { role: 'assistant', content: null, tool_calls: [call('b')] },
          { role: 'tool', tool_call_id: 'b', content: 'seen' },
        ],
      },
      'messages',
    )
    const blocks = messages.flatMap((message: { content: JsonObject[] }) => message.content)
    expect(blocks.filter(({ type }: JsonObject) => type === 'text')).toHaveLength(1)
    expect(messages[2].content).toEqual([{ type: 'tool_result', tool_use_id: 'a' }])
  })
})

describe('system messages in the middle', () => {
  const body = {
    max_tokens: 9,
    messages: [
      asks('Hi'),
      { role: 'system', content: 'Answer in French.' },
      { role: 'assistant', content: 'Bonjour' },
      asks('Bye'),
    ],
  }

  test('keep their place on wires that take them', () => {
    expect(sentBody('messages', body, 'chat').messages.map(({ role }: JsonObject) => role)).toEqual(
      ['user', 'system', 'assistant', 'user'],
    )
  })

  test('become the user’s tagged text if the model accepts none', () => {
    const { messages, system } = sentBody(
      'messages',
      body,
      'messages',
      targetOf('messages', { model: OLDER_CLAUDE }),
    )
    expect(system).toBeUndefined()
    expect(messages[0].content.map(({ text }: JsonObject) => text)).toEqual([
      'Hi',
      '<system>\nAnswer in French.\n</system>',
    ])
  })
})
