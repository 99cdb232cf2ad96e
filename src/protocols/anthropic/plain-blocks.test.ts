/** Blocks that only Claude knows, for models of other vendors: their content arrives, and the loss is named. */
import { describe, expect, test } from 'bun:test'
import { asks } from '../../../test/support/translation/chat-samples.ts'
import { lossesOf, sent, sentBody } from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const WIRES = ['chat', 'responses', 'gemini', 'converse'] as const
const IMAGE = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
}
const BLOCKS = {
  type: 'document',
  title: 'Minutes',
  context: 'of May',
  cache_control: { type: 'ephemeral' },
  source: { type: 'content', content: [{ type: 'text', text: 'We met.' }, IMAGE] },
}
const PLAIN = { type: 'document', source: { type: 'content', content: 'One string.' } }
const FOUND = {
  type: 'search_result',
  source: 'https://x.test/a',
  title: 'A page',
  content: [
    { type: 'text', text: 'First.' },
    { type: 'text', text: 'Second.' },
  ],
}
const request = (content: JsonObject[]) => ({ max_tokens: 99, messages: [asks(content)] })
const inResult = (content: JsonObject[]) => ({
  max_tokens: 99,
  messages: [
    asks('Look'),
    { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'look', input: {} }] },
    asks([{ type: 'tool_result', tool_use_id: 't', content }]),
  ],
  tools: [{ name: 'look', input_schema: { type: 'object' } }],
})

describe.each(WIRES)('on %s', (wire) => {
  test.each([
    ['in a message', request],
    ['in a tool’s result', inResult],
  ])('documents of blocks and search results %s arrive with their texts and images', (_, ask) => {
    const body = ask([BLOCKS, PLAIN, FOUND])
    const text = JSON.stringify(sentBody('messages', body, wire))
    const said = ['Minutes', 'of May', 'We met.', 'One string.', 'A page', 'x.test/a', 'First.']
    for (const each of [...said, 'Second.', 'iVBORw0KGgo=']) expect(text).toContain(each)
    // In the order in which they were given.
    expect(said.map((each) => text.indexOf(each))).toEqual(
      said.map((each) => text.indexOf(each)).toSorted((one, other) => one - other),
    )
    expect(lossesOf('messages', body, wire)).toEqual(['messages emulated'])
  })

  test('what their citations ask for is reported too', () => {
    const body = request([
      { ...PLAIN, citations: { enabled: true } },
      { ...FOUND, citations: { enabled: true } },
    ])
    expect(lossesOf('messages', body, wire).toSorted()).toEqual([
      'messages emulated',
      'messages[].content[].citations.enabled dropped',
    ])
  })

  test('one that is malformed is refused by its place', () => {
    const refused = (block: JsonObject) => () => sent('messages', request([block]), wire)
    expect(refused({ type: 'search_result', title: 't', source: 's', content: 3 })).toThrow(
      'messages[0].content[0].content',
    )
    expect(refused({ type: 'document', source: { type: 'content' } })).toThrow(
      'messages[0].content[0].source.content',
    )
    expect(refused({ type: 'container_upload', file_id: 'f' })).toThrow('container_upload')
  })
})

test('Claude gets them as they are', () => {
  const body = request([BLOCKS, FOUND])
  expect(sentBody('messages', body, 'messages').messages[0].content).toEqual([BLOCKS, FOUND])
})
