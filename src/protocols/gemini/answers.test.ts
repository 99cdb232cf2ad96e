/** What foreign clients get of Gemini’s answers. */
import { describe, expect, test } from 'bun:test'
import {
  answered,
  dataOf,
  eventsFrom,
  streamed,
} from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import { geminiWire } from './format.ts'

const candidate = (parts: JsonObject[], finishReason?: string) => ({
  candidates: [{ content: { role: 'model', parts }, ...(finishReason && { finishReason }) }],
  responseId: 'resp-1',
})
const counts = {
  promptTokenCount: 100,
  cachedContentTokenCount: 80,
  candidatesTokenCount: 5,
  thoughtsTokenCount: 7,
  toolUsePromptTokenCount: 3,
  totalTokenCount: 115,
}

describe('an answer of Gemini', () => {
  test('has as many calls as it says, each whole, with ids of our own that do not change', () => {
    const events = [
      candidate([{ functionCall: { name: 'look', args: { at: 1 } } }]),
      candidate([{ functionCall: { name: 'look', args: { at: 2 } } }]),
      candidate([{ functionCall: { name: 'look', args: { at: 3 } } }], 'STOP'),
    ]
    const { text } = streamed({ client: 'chat', upstream: 'gemini' }, events)
    const deltas = dataOf(text).flatMap((data) => data.choices?.[0]?.delta.tool_calls ?? [])
    const first = deltas.filter(({ id }: JsonObject) => id !== undefined)
    expect(first.map(({ index }: JsonObject) => index)).toEqual([0, 1, 2])
    expect(new Set(first.map(({ id }: JsonObject) => id)).size).toBe(3)
    const whole = answered(
      { client: 'chat', upstream: 'gemini' },
      candidate(
        events.flatMap(({ candidates }) => candidates[0]?.content.parts ?? []),
        'STOP',
      ),
    )
    const { message, finish_reason } = whole.choices[0]
    expect(message.tool_calls.map(({ id }: JsonObject) => id)).toEqual(
      first.map(({ id }: JsonObject) => id),
    )
    expect(
      message.tool_calls.map((each: JsonObject) => (each.function as JsonObject).arguments),
    ).toEqual(['{"at":1}', '{"at":2}', '{"at":3}'])
    expect(finish_reason).toBe('tool_calls')
  })

  test('with a signature on a text is a text', () => {
    const body = answered(
      { client: 'messages', upstream: 'gemini' },
      candidate([{ text: 'Hello', thoughtSignature: 'c2ln' }], 'STOP'),
    )
    expect(body.content).toMatchObject([{ type: 'text', text: 'Hello' }])
  })

  test('assembles arguments that come in pieces', () => {
    const events = eventsFrom('gemini', [
      candidate([{ functionCall: { name: 'go', willContinue: true } }]),
      candidate([
        {
          functionCall: {
            partialArgs: [{ jsonPath: '$.to.city', stringValue: 'Ber', willContinue: true }],
            willContinue: true,
          },
        },
      ]),
      candidate([
        {
          functionCall: {
            partialArgs: [
              { jsonPath: '$.to.city', stringValue: 'lin' },
              { jsonPath: '$.days[0]', numberValue: 3 },
              { jsonPath: '$.__proto__.x', boolValue: true },
            ],
            willContinue: true,
          },
        },
      ]),
      candidate([{ functionCall: {} }], 'STOP'),
    ])
    expect(events.filter(({ type }) => type === 'open')).toHaveLength(1)
    expect(events.find(({ type }) => type === 'delta')).toMatchObject({
      text: '{"to":{"city":"Berlin"},"days":[3]}',
    })
    expect(({} as JsonObject).x).toBeUndefined()
  })

  test('counts thoughts as output and the tool’s prompt as input; the last count of a stream holds', () => {
    const events = [
      {
        ...candidate([{ text: 'a' }]),
        usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 1, totalTokenCount: 101 },
      },
      { ...candidate([{ text: 'b' }], 'STOP'), usageMetadata: counts },
    ]
    const { stream } = streamed({ client: 'chat', upstream: 'gemini' }, events)
    expect(stream.usage).toMatchObject({ input: 103, output: 12, cacheRead: 80, reasoning: 7 })
    const body = answered(
      { client: 'messages', upstream: 'gemini' },
      { ...candidate([{ text: 'ab' }], 'STOP'), usageMetadata: counts },
    )
    expect(body.usage).toMatchObject({
      input_tokens: 23,
      cache_read_input_tokens: 80,
      output_tokens: 12,
    })
  })

  test('that is malformed is an error, but the valid call next to it is kept', () => {
    const { stream } = streamed({ client: 'chat', upstream: 'gemini' }, [
      candidate([], 'MALFORMED_FUNCTION_CALL'),
    ])
    expect(stream.error).not.toBeNull()
    const good = candidate(
      [{ functionCall: { name: 'look', args: {} } }],
      'MALFORMED_FUNCTION_CALL',
    )
    const kept = answered({ client: 'chat', upstream: 'gemini' }, good)
    expect(kept.choices[0].finish_reason).toBe('tool_calls')
  })

  test('that was blocked is filtered', () => {
    const body = answered(
      { client: 'chat', upstream: 'gemini' },
      { promptFeedback: { blockReason: 'SAFETY' } },
    )
    expect(body.choices[0].finish_reason).toBe('content_filter')
  })

  test('without a reason to finish is cut, and one with an error fails', () => {
    expect(eventsFrom('gemini', [candidate([{ text: 'half' }])]).at(-1)).toMatchObject({
      type: 'fail',
    })
    const error = { error: { code: 429, message: 'slow', status: 'RESOURCE_EXHAUSTED' } }
    expect(eventsFrom('gemini', [candidate([{ text: 'half' }]), error]).at(-1)).toMatchObject({
      type: 'fail',
      error: { kind: 'rate' },
    })
  })

  test('carries its sources', () => {
    const groundingMetadata = {
      groundingChunks: [{ web: { uri: 'https://a.test', title: 'A' } }],
      groundingSupports: [
        { segment: { startIndex: 7, endIndex: 12, text: 'Größe' }, groundingChunkIndices: [0] },
      ],
    }
    const answer = {
      candidates: [
        { content: { parts: [{ text: 'Ä ist Größe.' }] }, finishReason: 'STOP', groundingMetadata },
      ],
    }
    const body = answered({ client: 'responses', upstream: 'gemini' }, answer)
    expect(body.output[0].content[0].annotations).toEqual([
      { type: 'url_citation', url: 'https://a.test', title: 'A', start_index: 6, end_index: 11 },
    ])
  })
})

describe('errors of Gemini', () => {
  const error = (code: number, status: string, message = 'why', details: JsonObject[] = []) =>
    geminiWire.readError(code, { error: { code, status, message, details } }).kind
  test('are distinguished by their words', () => {
    expect(error(400, 'INVALID_ARGUMENT')).toBe('invalid')
    expect(
      error(400, 'INVALID_ARGUMENT', 'API key not valid.', [{ reason: 'API_KEY_INVALID' }]),
    ).toBe('auth')
    expect(
      error(
        400,
        'INVALID_ARGUMENT',
        'The input token count (9) exceeds the maximum number of tokens allowed (8).',
      ),
    ).toBe('context')
    expect(error(429, 'RESOURCE_EXHAUSTED')).toBe('rate')
    expect(error(503, 'UNAVAILABLE')).toBe('overloaded')
    expect(geminiWire.readError(404, [{ error: { code: 404, status: 'NOT_FOUND' } }]).kind).toBe(
      'missing',
    )
    expect(geminiWire.readError(502, '<html>').kind).toBe('broken')
  })
})
