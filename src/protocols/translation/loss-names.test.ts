/** Losses are named by what the client sent: each name leads to a field of its body. */
import { describe, expect, test } from 'bun:test'
import { lossesOf, sent } from '../../../test/support/translation/translation.ts'
import { isObject } from '../neutral/fields.ts'
import { factsFor } from '../neutral/model-facts.ts'
import type { DialectName, JsonObject, WireName } from '../neutral/neutral.ts'

const SCHEMA = { type: 'object', properties: { self: { $ref: '#' }, x: {} } }
const IMAGE = 'data:image/png;base64,iVBORw0KGgo='
const SAMPLING = { temperature: 1.5, top_p: 0.5 }
const PENALTIES = { frequency_penalty: 1, presence_penalty: 1, seed: 1 }
const STOP = ['1', '2', '3', '4', '5', '6', ' ']
const call = { name: 'look', arguments: '{}' }

/** Everything that some upstream has no place for, in each client's own way. */
const BODIES: Readonly<Record<DialectName, readonly JsonObject[]>> = {
  chat: [
    {
      ...SAMPLING,
      ...PENALTIES,
      top_k: 3,
      max_completion_tokens: 10_000_000,
      stop: STOP,
      messages: [
        {
          role: 'user',
          content: [{ type: 'image_url', image_url: { url: IMAGE, detail: 'high' } }],
        },
      ],
      tools: [{ type: 'function', function: { name: 'look', parameters: SCHEMA, strict: true } }],
      parallel_tool_calls: false,
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: {
          mode: 'auto',
          tools: [{ type: 'function', function: { name: 'look' } }],
        },
      },
      reasoning_effort: 'max',
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: SCHEMA } },
      verbosity: 'low',
      service_tier: 'flex',
      safety_identifier: 'u',
      prompt_cache_key: 'k',
    },
    {
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Hi' }],
      reasoning: { max_tokens: 90_000 },
      user: 'u',
    },
    { messages: [{ role: 'system', content: 'Hi' }], thinking: { type: 'disabled' } },
  ],
  responses: [
    {
      ...SAMPLING,
      max_output_tokens: 10_000_000,
      input: [
        {
          role: 'user',
          content: [{ type: 'input_image', image_url: IMAGE, detail: 'high' }],
        },
        { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'sealed' },
        { type: 'function_call', call_id: 'c', ...call },
        { type: 'function_call_output', call_id: 'c', output: 'x' },
      ],
      tools: [{ type: 'function', name: 'look', parameters: SCHEMA, strict: true }],
      parallel_tool_calls: false,
      reasoning: { effort: 'max' },
      text: { verbosity: 'high', format: { type: 'json_schema', name: 'n', schema: SCHEMA } },
      service_tier: 'priority',
      user: 'u',
      prompt_cache_key: 'k',
    },
    { max_output_tokens: 3, input: 'Hi', reasoning: { effort: 'none' } },
  ],
  messages: [
    {
      ...SAMPLING,
      top_k: 3,
      max_tokens: 10_000_000,
      stop_sequences: STOP,
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 'y' }] },
        { role: 'user', content: 'Hi' },
      ],
      tools: [{ name: 'look', input_schema: SCHEMA, strict: true }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      thinking: { type: 'enabled', budget_tokens: 90_000 },
      output_config: { format: { type: 'json_schema', schema: SCHEMA } },
      service_tier: 'auto',
      metadata: { user_id: 'u' },
    },
    {
      max_tokens: 3,
      messages: [{ role: 'user', content: 'Hi' }],
      output_config: { effort: 'max' },
    },
    { max_tokens: 99, system: 'Hi', messages: [], thinking: { type: 'disabled' } },
  ],
  gemini: [
    {
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      tools: [{ functionDeclarations: [{ name: 'look', parametersJsonSchema: SCHEMA }] }],
      toolConfig: { functionCallingConfig: { mode: 'AUTO', allowedFunctionNames: ['look'] } },
      generationConfig: {
        temperature: 1.5,
        topP: 0.5,
        topK: 3,
        seed: 1,
        frequencyPenalty: 1,
        presencePenalty: 1,
        maxOutputTokens: 10_000_000,
        stopSequences: STOP,
        thinkingConfig: { thinkingBudget: 90_000 },
        responseMimeType: 'application/json',
        responseJsonSchema: SCHEMA,
      },
    },
    {
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: {
        maxOutputTokens: 3,
        thinkingConfig: { thinkingLevel: 'HIGH' },
        responseMimeType: 'application/json',
      },
    },
  ],
}

/** Models with different limits: what one takes, another drops or clamps. */
const MODELS: Readonly<Record<WireName, readonly string[]>> = {
  chat: ['gpt-5.1', 'gpt-4.1', 'llama-3.3-70b'],
  responses: ['gpt-5.1', 'gpt-4.1', 'o3'],
  messages: ['claude-opus-4-8', 'claude-sonnet-4-5', 'claude-3-5-haiku'],
  gemini: ['gemini-3-pro', 'gemini-2.5-flash', 'gemini-2.0-flash'],
  converse: ['amazon.nova-lite-v1:0', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
}

/** Whether a path such as `tools[].strict` leads to something in the body. */
function leads(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return value !== undefined
  if (name === '[]') return Array.isArray(value) && value.some((each) => leads(each, rest))
  return isObject(value) && leads(value[name], rest)
}

const names = Object.keys(BODIES) as DialectName[]
const CASES = names.flatMap((from) =>
  Object.entries(MODELS).flatMap(([to, models]) =>
    to === from ? [] : models.map((model) => [from, to as WireName, model] as const),
  ),
)

test.each(CASES)('from %s to %s (%s) every loss names a field of the body', (from, to, model) => {
  const vendor = model.includes('llama') ? { vendor: 'compatible' } : {}
  const losses = BODIES[from].flatMap((body) =>
    sent(from, body, to, { model, facts: factsFor(model), ...vendor }).losses.map(({ field }) => ({
      field,
      body,
    })),
  )
  expect(losses).not.toBeEmpty()
  const unknown = losses.filter(
    ({ field, body }) => !leads(body, field.match(/[^.[\]]+|\[\]/g) ?? []),
  )
  expect(unknown.map(({ field }) => field)).toEqual([])
})

describe('for example', () => {
  test('a client of Gemini reads topK, one of Messages thinking', () => {
    const contents = [{ parts: [{ text: 'Hi' }] }]
    expect(lossesOf('gemini', { contents, generationConfig: { topK: 1 } }, 'chat')).toEqual([
      'generationConfig.topK dropped',
    ])
    const messages = [{ role: 'user', content: 'Hi' }]
    const thinking = { type: 'enabled', budget_tokens: 2_000 }
    const facts = factsFor('gpt-4.1')
    expect(
      lossesOf('messages', { max_tokens: 9_000, messages, thinking }, 'responses', { facts }),
    ).toEqual(['thinking dropped'])
  })

  test('a field that only looks like one of another format keeps its name', () => {
    const messages = [{ role: 'user', content: 'Hi' }]
    expect(lossesOf('messages', { max_tokens: 9, messages, stop: ['x'] }, 'chat')).toEqual([
      'stop dropped',
    ])
  })
})
