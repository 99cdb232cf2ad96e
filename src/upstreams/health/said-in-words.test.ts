/** Refusals that vendors explain in words alone. */
import { expect, test } from 'bun:test'
import { narrowed } from './said-in-words.ts'

const CLIENT = { class: 'client', scope: 'request' } as const

test.each([
  "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens",
  'The decoder prompt (length 5000) is longer than the maximum model length of 4096.',
  "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
  'Prompt contains 40000 tokens, too large for model with 32768 maximum context length',
  "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
  'The prompt is too long: 140000, model maximum context length: 131071',
  'the request exceeds the available context size, try increasing it',
  'invalid params, context window exceeds limit (2013)',
  'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
  'prompt is too long: 210000 tokens > 200000 maximum',
  'The input token count (1100000) exceeds the maximum number of tokens allowed (1048575).',
  '<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]',
  'Input length 300000 exceeds the maximum length 262144. Request id: 0217',
  'Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)',
  'Prompt 超长',
  'messages token length exceeds the limit',
  'the max length of current question is 20000',
  'length of prompt_tokens (140000) must be less than max_seq_len (131072).',
  'too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000.',
  'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193.',
  'Input validation error: `inputs` must have less than 4096 tokens. Given: 5000',
])('a prompt that is too long: %s', (message) => {
  expect(narrowed(CLIENT, message)).toEqual({ class: 'context', scope: 'request' })
})

test.each([
  ['Content Exists Risk', CLIENT],
  ['Content violates usage guidelines. Failed check: SAFETY', { class: 'auth', scope: 'request' }],
] as const)('a filtered prompt: %s', (message, verdict) => {
  expect(narrowed(verdict, message)).toEqual({ class: 'filter', scope: 'request' })
})

test.each([
  'max_tokens is too large: 100000. This model supports at most 16384 completion tokens.',
  "Invalid 'tools': array too long. Expected an array with maximum length 128.",
  "Invalid value: 'x'. Supported values are: 'a'.",
])('another mistake of the client: %s', (message) => {
  expect(narrowed(CLIENT, message)).toEqual(CLIENT)
})

test("the text of an error doesn't change a failure that isn't about the request", () => {
  for (const kind of ['auth', 'quota', 'rate', 'server', 'model'] as const)
    for (const scope of ['key', 'model', 'host'] as const) {
      const verdict = { class: kind, scope }
      expect(narrowed(verdict, 'maximum context length; content exists risk')).toEqual(verdict)
    }
})
