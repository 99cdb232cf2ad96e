/** The words of each vendor for why an answer ended, and what each client gets, whole and streamed. */
import { describe, expect, test } from 'bun:test'
import {
  eventsFrom,
  streamed,
  targetOf,
  translationOf,
  wire,
} from '../../../test/support/translation/translation.ts'
import type { EndReason } from '../neutral/answer.ts'
import { unfold } from '../neutral/fold.ts'
import type { DialectName, JsonObject, WireName } from '../neutral/neutral.ts'
import { restoreEvents } from '../neutral/restore.ts'
import { UnreadableReply } from './format.ts'
import { translateReply } from './translate.ts'

/** By the format that ends with the word. `broken` and `bad_call` are failures for each client. */
const WORDS: Readonly<Record<WireName, Readonly<Record<string, EndReason>>>> = {
  chat: {
    stop: 'stop',
    eos_token: 'stop',
    COMPLETE: 'stop',
    length: 'length',
    MAX_TOKENS: 'length',
    model_length: 'length',
    model_context_window_exceeded: 'length',
    content_filter: 'filter',
    sensitive: 'filter',
    refusal: 'filter',
    error: 'broken',
    ERROR: 'broken',
    network_error: 'broken',
    insufficient_system_resource: 'broken',
    abort: 'broken',
    future_word: 'stop',
  },
  messages: {
    end_turn: 'stop',
    stop_sequence: 'stop_text',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    pause_turn: 'pause',
    compaction: 'pause',
    refusal: 'filter',
    future_word: 'stop',
  },
  gemini: {
    STOP: 'stop',
    NO_IMAGE: 'stop',
    MAX_TOKENS: 'length',
    CONTINUATION: 'pause',
    SAFETY: 'filter',
    RECITATION: 'filter',
    LANGUAGE: 'filter',
    OTHER: 'filter',
    BLOCKLIST: 'filter',
    PROHIBITED_CONTENT: 'filter',
    SPII: 'filter',
    IMAGE_OTHER: 'filter',
    MODEL_ARMOR: 'filter',
    MALFORMED_FUNCTION_CALL: 'bad_call',
    UNEXPECTED_TOOL_CALL: 'bad_call',
    MISSING_THOUGHT_SIGNATURE: 'bad_call',
    MALFORMED_RESPONSE: 'broken',
  },
  converse: {
    end_turn: 'stop',
    stop_sequence: 'stop_text',
    max_tokens: 'length',
    content_filtered: 'filter',
    guardrail_intervened: 'filter',
    malformed_tool_use: 'bad_call',
  },
  responses: {
    completed: 'stop',
    max_output_tokens: 'length',
    content_filter: 'filter',
    failed: 'broken',
    cancelled: 'broken',
  },
}

const ANSWERS: Readonly<Record<WireName, (word: string) => JsonObject>> = {
  chat: (word) => ({ choices: [{ index: 0, message: { content: 'Hi' }, finish_reason: word }] }),
  messages: (word) => ({ content: [{ type: 'text', text: 'Hi' }], stop_reason: word }),
  gemini: (word) => ({
    candidates: [{ content: { parts: [{ text: 'Hi' }] }, finishReason: word }],
  }),
  converse: (word) => ({
    output: { message: { role: 'assistant', content: [{ text: 'Hi' }] } },
    stopReason: word,
  }),
  responses(word) {
    const text = { type: 'output_text', text: 'Hi', annotations: [] }
    const output = [{ type: 'message', role: 'assistant', content: [text] }]
    return word.includes('_')
      ? { output, status: 'incomplete', incomplete_details: { reason: word } }
      : { output, status: word }
  },
}

/** What a client of each format gets. */
const TOLD: Readonly<Record<DialectName, Readonly<Partial<Record<EndReason, string>>>>> = {
  chat: {
    stop: 'stop',
    stop_text: 'stop',
    length: 'length',
    pause: 'length',
    filter: 'content_filter',
  },
  messages: {
    stop: 'end_turn',
    stop_text: 'stop_sequence',
    length: 'max_tokens',
    pause: 'pause_turn',
    filter: 'refusal',
  },
  gemini: {
    stop: 'STOP',
    stop_text: 'STOP',
    length: 'MAX_TOKENS',
    pause: 'MAX_TOKENS',
    filter: 'SAFETY',
  },
  responses: {
    stop: 'completed',
    stop_text: 'completed',
    length: 'max_output_tokens',
    pause: 'max_output_tokens',
    filter: 'content_filter',
  },
}
const DIALECTS = Object.keys(TOLD) as DialectName[]

// biome-ignore lint/suspicious/noExplicitAny: a body of any format
const told: Readonly<Record<DialectName, (body: any) => unknown>> = {
  chat: ({ choices }) => choices[0].finish_reason,
  messages: ({ stop_reason }) => stop_reason,
  gemini: ({ candidates }) => candidates[0].finishReason,
  responses: ({ status, incomplete_details }) => incomplete_details?.reason ?? status,
}

const CASES = (Object.keys(WORDS) as WireName[]).flatMap((upstream) =>
  Object.entries(WORDS[upstream]).map(([word, reason]) => ({ upstream, word, reason })),
)

describe.each(DIALECTS)('a client of %s', (client) => {
  test.each(CASES)('is told about $word of $upstream as $reason', ({ upstream, word, reason }) => {
    const translation = translationOf({ client, upstream })
    const answer = ANSWERS[upstream](word)
    const expected = TOLD[client][reason]
    if (expected === undefined)
      expect(() => translateReply(answer, translation)).toThrow(UnreadableReply)
    else expect(told[client](translateReply(answer, translation).body)).toBe(expected)
    const ends: string[] = []
    const restored = restoreEvents(translation.restoration, (event) => {
      if (event.type === 'end') ends.push(event.reason)
      if (event.type === 'fail') ends.push(event.error.kind)
    })
    unfold(wire(upstream).readResponse(answer, targetOf(upstream)), restored)
    expect(ends).toEqual([expected === undefined ? 'broken' : reason])
  })
})

describe('an answer that its upstream abandons midway', () => {
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    choices: [{ index: 0, delta, finish_reason }],
  })
  const call = { index: 0, id: 'c1', function: { name: 'rm', arguments: '{"path":"/tmp' } }

  test.each([
    ['gemini', '"functionCall"'],
    ['responses', '"type":"response.output_item.done"'],
    ['messages', '"type":"content_block_stop"'],
  ] as const)('leaves a %s client no half call that looks whole', (client, whole) => {
    const events = [chunk({ tool_calls: [call] }), chunk({}, 'error'), '[DONE]']
    const { text, stream } = streamed({ client, upstream: 'chat' }, events)
    expect(stream.error).not.toBeNull()
    expect(text).not.toContain(whole)
  })

  test('leaves its text open, so that another upstream can continue it', () => {
    const events = eventsFrom('chat', [chunk({ content: 'The quick' }), chunk({}, 'error')])
    expect(events.map(({ type }) => type)).not.toContain('close')
  })

  test('of Gemini is left open too', () => {
    const content = { role: 'model', parts: [{ text: 'The quick' }] }
    const candidates = [{ content, finishReason: 'MALFORMED_RESPONSE' }]
    expect(eventsFrom('gemini', [{ candidates }]).map(({ type }) => type)).not.toContain('close')
  })
})
