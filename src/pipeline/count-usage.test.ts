/** What a request is charged for if its upstream reported no usage. */
import { expect, test } from 'bun:test'
import { parseRequest } from '../protocols/openai/request.ts'
import type { ModelRequest } from '../protocols/protocol.ts'
import { countUsage, generatedIn } from './count-usage.ts'
import type { RelayResult } from './relay/result.ts'
import type { Services } from './services.ts'

const request = parseRequest(
  'chat/completions',
  JSON.stringify({ model: 'm', messages: [{ content: 'a secret prompt!' }], max_tokens: 1000 }),
)
const result = (text: string, firstTokenMs: number | null) =>
  ({
    tries: { request, context: { requestId: 'req_1' } },
    text,
    firstTokenMs,
  }) as unknown as RelayResult

test('a tokenizer that fails leaves the estimate by characters, and nothing of the prompt in the log', async () => {
  const logged: unknown[] = []
  const services = {
    tokenizer: { count: () => Promise.reject(new RangeError('it is "a secret prompt!"')) },
    logger: { error: (...line: unknown[]) => void logged.push(line) },
  } as unknown as Services
  expect(await countUsage(services, result('abcdefgh', 1))).toMatchObject({
    promptTokens: 4,
    completionTokens: 2,
    totalTokens: 6,
    estimated: true,
  })
  expect(logged).toEqual([
    [{ requestId: 'req_1', why: 'RangeError' }, 'tokens could not be counted'],
  ])
})

test('a request that got no answer costs nothing', async () => {
  const usage = await countUsage({} as Services, result('', null))
  expect(usage).toMatchObject({ totalTokens: 0, estimated: false })
})

const REPLIES = {
  openai: {
    endpoint: 'chat/completions',
    reply: {
      id: 'chatcmpl-1',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'the answer', reasoning_content: 'a thought ' },
          logprobs: { content: [{ token: 'the answer', logprob: -0.5, top_logprobs: [] }] },
          finish_reason: 'stop',
        },
      ],
    },
  },
  anthropic: {
    endpoint: 'messages',
    reply: {
      type: 'message',
      content: [{ type: 'text', text: 'the answer' }],
      stop_reason: 'end_turn',
    },
  },
  gemini: {
    endpoint: 'generateContent',
    reply: { candidates: [{ content: { parts: [{ text: 'the answer' }] }, finishReason: 'STOP' }] },
  },
  responses: {
    endpoint: 'responses',
    reply: {
      object: 'response',
      status: 'completed',
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'the answer' }] }],
    },
  },
} as const

test.each(Object.entries(REPLIES))(
  'of a whole reply only what the model wrote is counted (%s)',
  (protocol, { endpoint, reply }) => {
    const asked = { ...request, protocol, endpoint } as ModelRequest
    const generated = generatedIn(asked, JSON.stringify(reply))
    expect(generated).toContain('the answer')
    expect(generated.length).toBeLessThanOrEqual('a thought the answer'.length + 1)
  },
)

test('what has no place for an answer is counted as it is', () => {
  const asked = { ...request, endpoint: 'audio/transcriptions' } as unknown as ModelRequest
  expect(generatedIn(asked, '1\n00:00 a word')).toBe('1\n00:00 a word')
})
