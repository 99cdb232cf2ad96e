/** Calls of vendors' own tools are counted, because they are paid besides the tokens. */
import { expect, test } from 'bun:test'
import type { Units } from '../core/units/unit-kinds.ts'
import { PROTOCOLS } from './index.ts'
import type { ProtocolName } from './protocol.ts'

const message = {
  ...{ type: 'message', role: 'assistant', id: 'msg', model: 'claude', content: [] },
  stop_reason: 'end_turn',
  usage: { input_tokens: 5, output_tokens: 2, server_tool_use: { web_search_requests: 3 } },
}
const search = (action: object) => ({
  type: 'web_search_call',
  id: 'ws',
  status: 'completed',
  action,
})
const code = (container_id: string) => ({
  type: 'code_interpreter_call',
  id: 'ci',
  container_id,
  code: '',
})
const response = {
  ...{ id: 'resp', object: 'response', status: 'completed', model: 'gpt-5' },
  output: [
    search({ type: 'search', query: 'a' }),
    search({ type: 'open_page', url: 'https://example.com' }),
    ...[code('one'), code('one'), code('two')],
    { type: 'file_search_call', id: 'fs', queries: [], status: 'completed' },
    {
      ...{ type: 'shell_call', id: 'sh', status: 'completed' },
      environment: { type: 'container_reference', container_id: 'three' },
    },
    { type: 'image_generation_call', id: 'ig', status: 'completed', result: '' },
  ],
  usage: { input_tokens: 5, output_tokens: 2, total_tokens: 7 },
}
const grounded = {
  candidates: [
    {
      content: { role: 'model', parts: [{ text: 'Hi' }] },
      finishReason: 'STOP',
      groundingMetadata: { webSearchQueries: ['a', '', 'b', 'a'] },
    },
  ],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 },
}
const completion = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7, num_search_queries: 4 },
}

const CASES: [ProtocolName, object, Units][] = [
  ['anthropic', message, { searches: 3 }],
  ['responses', response, { images: 1, searches: 1, fileSearches: 1, codeSessions: 3 }],
  ['gemini', grounded, { searches: 2 }],
  ['openai', completion, { searches: 4 }],
]

test.each(CASES)('in a whole answer of %s', (name, body, units) => {
  const read = PROTOCOLS[name].readReply(JSON.stringify(body))
  expect(read).toMatchObject({ kind: 'answer', usage: { units } })
})

test.each(CASES)('an answer of %s without them has none', (name, body) => {
  const plain = JSON.stringify(body)
    .replace(/,"server_tool_use":\{.*?\}/, '')
    .replace(/"output":\[.*?\],"usage"/, '"output":[],"usage"')
    .replace(/"webSearchQueries":\[.*?\]/, '')
    .replace(/,"num_search_queries":4/, '')
  const read = PROTOCOLS[name].readReply(plain)
  expect(read.kind === 'answer' && read.usage).not.toHaveProperty('units')
})

test('searches are those that OpenAI charges, if it says how many', () => {
  const tool_usage = { web_search: { num_requests: 0 } }
  const read = PROTOCOLS.responses.readReply(JSON.stringify({ ...response, tool_usage }))
  expect(read.kind === 'answer' && read.usage?.units).toEqual({
    ...{ images: 1, fileSearches: 1, codeSessions: 3 },
  })
})
