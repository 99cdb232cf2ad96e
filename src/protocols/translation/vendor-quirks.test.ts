/** What some vendors' Chat Completions refuse does not reach them from clients of other formats. */
import { describe, expect, test } from 'bun:test'
import { asks } from '../../../test/support/translation/chat-samples.ts'
import { lossesOf, sentBody } from '../../../test/support/translation/translation.ts'
import { CHAT_QUIRKS, type ChatQuirks } from '../../core/providers/chat-quirks.ts'
import { factsFor } from '../neutral/model-facts.ts'

const at = (quirks: ChatQuirks, model = 'm') => ({
  vendor: 'vendor.test',
  model,
  facts: factsFor(model),
  quirks,
})
const gemini = (generationConfig: object) => ({
  contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
  generationConfig,
})

describe('ids of calls at Mistral', () => {
  const ask = (id: string) => ({
    max_tokens: 10,
    messages: [
      asks('Hi'),
      { role: 'assistant', content: [{ type: 'tool_use', id, name: 'look', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'seen' }] },
    ],
  })
  const idsOf = (id: string) => {
    const { messages } = sentBody('messages', ask(id), 'chat', at(CHAT_QUIRKS.mistral))
    return [messages[1].tool_calls[0].id, messages[2].tool_call_id]
  }

  test('are nine letters and digits, the same for call and result', () => {
    for (const id of ['toolu_01A09q90qw90lq917835lq9', 'call_1', 'functions.Bash:0', 'abc-12345']) {
      const [called, answered] = idsOf(id)
      expect(called).toMatch(/^[a-zA-Z0-9]{9}$/)
      expect(answered).toBe(called)
    }
    expect(idsOf('toolu_1')).not.toEqual(idsOf('toolu_2'))
  })

  test('that it made itself return unchanged', () => {
    expect(idsOf('D681PevKs')).toEqual(['D681PevKs', 'D681PevKs'])
  })
})

test('a seed has its own name at Mistral', () => {
  const body = sentBody('gemini', gemini({ seed: 7 }), 'chat', at(CHAT_QUIRKS.mistral))
  expect([body.random_seed, body.seed]).toEqual([7, undefined])
})

describe.each(['deepseek', 'zhipu'] as const)('a schema for the output at %s', (vendor) => {
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  const ask = gemini({ responseMimeType: 'application/json', responseJsonSchema: schema })
  const target = at(CHAT_QUIRKS[vendor])

  test('is told to the model in words, with the JSON mode that it has', () => {
    const { response_format, messages } = sentBody('gemini', ask, 'chat', target)
    expect(response_format).toEqual({ type: 'json_object' })
    expect(messages[0].role).toBe('system')
    expect(messages[0].content).toContain(JSON.stringify(schema))
    expect(messages[0].content).toContain('JSON')
    expect(messages[1]).toEqual({ role: 'user', content: 'Hi' })
  })

  test('is reported by the client’s name of it', () => {
    expect(lossesOf('gemini', ask, 'chat', target)).toEqual([
      'generationConfig.responseJsonSchema emulated',
    ])
  })
})

describe('fields that a vendor refuses', () => {
  const ask = gemini({ frequencyPenalty: 0.5, presencePenalty: 0.5, temperature: 0.5 })

  test('are left out and reported', () => {
    const target = at(CHAT_QUIRKS.cerebras)
    const body = sentBody('gemini', ask, 'chat', target)
    expect(body).not.toHaveProperty('frequency_penalty')
    expect(body).not.toHaveProperty('presence_penalty')
    expect(body.temperature).toBe(0.5)
    expect(lossesOf('gemini', ask, 'chat', target)).toEqual([
      'generationConfig.frequencyPenalty dropped',
      'generationConfig.presencePenalty dropped',
    ])
  })

  test('are left out without a word where they say what is done anyway', () => {
    const tools = [{ type: 'function', name: 'look', parameters: { type: 'object' } }]
    const asking = (parallel_tool_calls: boolean) => ({ input: 'Hi', tools, parallel_tool_calls })
    const target = at(CHAT_QUIRKS.cohere)
    expect(sentBody('responses', asking(true), 'chat', target)).not.toHaveProperty(
      'parallel_tool_calls',
    )
    expect(lossesOf('responses', asking(true), 'chat', target)).toEqual([])
    expect(lossesOf('responses', asking(false), 'chat', target)).toEqual([
      'parallel_tool_calls dropped',
    ])
  })

  test('reach vendors that take them', () => {
    expect(sentBody('gemini', ask, 'chat', at({}))).toMatchObject({
      frequency_penalty: 0.5,
      presence_penalty: 0.5,
    })
  })
})

test('only as many stop texts are sent as the vendor takes', () => {
  const ask = gemini({ stopSequences: ['A', 'B'] })
  expect(sentBody('gemini', ask, 'chat', at(CHAT_QUIRKS.zhipu)).stop).toEqual(['A'])
  expect(lossesOf('gemini', ask, 'chat', at(CHAT_QUIRKS.zhipu))).toEqual([
    'generationConfig.stopSequences clamped',
  ])
})

describe('Grok', () => {
  const ask = {
    max_tokens: 4_000,
    messages: [asks('Hi')],
    thinking: { type: 'adaptive' },
    output_config: { effort: 'max' },
  }

  test.each([
    ['grok-3-mini', 'high'],
    ['grok-4', undefined],
    ['grok-4-0709', undefined],
    ['grok-4-fast-reasoning', undefined],
    ['grok-4-1-fast-reasoning', undefined],
    ['grok-4.20-0309-reasoning', undefined],
    ['grok-code-fast-1', undefined],
    ['grok-3', undefined],
    ['grok-4.3', 'high'],
    ['grok-4.5', 'high'],
    ['grok-4.6', 'xhigh'],
    ['x-ai/grok-4.7', 'xhigh'],
  ])('%s is sent the effort %p: xAI refuses one where it is not taken', (model, effort) => {
    expect(sentBody('messages', ask, 'chat', at({}, model)).reasoning_effort).toBe(effort)
  })

  test('is not sent the penalties and stop texts that it refuses', () => {
    const asked = gemini({ frequencyPenalty: 1, stopSequences: ['A'], temperature: 0.5, seed: 1 })
    const body = sentBody('gemini', asked, 'chat', at({}, 'grok-4.6'))
    expect(body).toMatchObject({ temperature: 0.5, seed: 1 })
    expect([body.frequency_penalty, body.stop]).toEqual([undefined, undefined])
    expect(lossesOf('gemini', asked, 'chat', at({}, 'grok-4.6'))).toEqual([
      'generationConfig.frequencyPenalty dropped',
      'generationConfig.stopSequences dropped',
    ])
  })
})

test.each(['kimi-k2.5', 'kimi-k2.6', 'kimi-k3', 'moonshotai/Kimi-K2.5'])(
  '%s is sent no temperature, for which there is one value only',
  (model) => {
    const asked = gemini({ temperature: 0.2 })
    expect(sentBody('gemini', asked, 'chat', at({}, model))).not.toHaveProperty('temperature')
    expect(lossesOf('gemini', asked, 'chat', at({}, model))).toEqual([
      'generationConfig.temperature dropped',
    ])
  },
)
