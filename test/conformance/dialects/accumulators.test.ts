/** What the vendors' own clients put together from a stream is what they get of the same answer whole. */
import { describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { type Part as GeminiPart, GoogleGenAI } from '@google/genai'
import fc from 'fast-check'
import OpenAI from 'openai-7'
import type { NeutralResponse } from '../../../src/protocols/neutral/answer.ts'
import { unfold } from '../../../src/protocols/neutral/fold.ts'
import type { DialectName, JsonObject, Part } from '../../../src/protocols/neutral/neutral.ts'
import { contextOf, dialect, readRequest } from '../../support/translation/translation.ts'

type Fetch = () => Promise<Response>

const QUESTIONS: Readonly<Record<DialectName, JsonObject>> = {
  chat: { model: 'm', messages: [{ role: 'user', content: 'x' }] },
  messages: { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: 'x' }] },
  responses: { model: 'm', input: 'x' },
  gemini: { contents: [{ parts: [{ text: 'x' }] }] },
}

const words = fc.stringMatching(/^[a-zäö .]{1,20}$/)
const signature = fc.record({
  vendor: fc.constantFrom('anthropic', 'openai', 'google'),
  account: fc.constant('main'),
  payload: fc.constantFrom('c2ln', 'AAAA'),
})
const citation = fc.record({ url: fc.constant('https://a.example'), title: words })
const call = { type: fc.constant('call' as const), id: fc.uuid(), name: fc.constant('look') }
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text: words }),
  fc.record({
    type: fc.constant('text' as const),
    text: words,
    citations: fc.array(citation, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ type: fc.constant('refusal' as const), text: words }),
  fc.record({ ...call, args: fc.constantFrom('{}', '{"a":{"b":"ä"}}') }),
  fc.record({ ...call, args: fc.constant('{"a":[1,2]}'), signature }),
)
const thought: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constant('reasoning' as const), text: words, signature }),
  fc.record({
    type: fc.constant('reasoning' as const),
    text: fc.constant(''),
    redacted: fc.constant(true),
    signature,
  }),
)
const answers = (parts: fc.Arbitrary<Part>): fc.Arbitrary<NeutralResponse> =>
  fc
    .record({
      parts: fc.array(parts, { maxLength: 6 }),
      reason: fc.constantFrom('stop', 'stop_text', 'length', 'filter'),
      input: fc.integer({ min: 50, max: 500 }),
      output: fc.integer({ min: 10, max: 100 }),
      cacheRead: fc.nat(20),
      reasoning: fc.nat(5),
    })
    .map(({ parts: made, reason, ...tokens }) => ({
      id: 'x',
      model: 'm',
      parts: made,
      end: { reason, stopText: reason === 'stop_text' ? 'END' : null },
      usage: { ...tokens, cacheWrite5m: 0, cacheWrite1h: 0, audioInput: 0, audioOutput: 0 },
    }))

/** As the client reads it: the whole answer, and what it makes of the stream. */
interface Client {
  streamed(fetch: Fetch): Promise<unknown>
  /** What its SDK neither adds nor leaves out. */
  plain(answer: unknown): unknown
  parts: fc.Arbitrary<Part>
}

const settings = (fetch: Fetch) => ({
  apiKey: 'k',
  baseURL: 'http://upstream.test',
  maxRetries: 0,
  fetch: fetch as unknown as typeof globalThis.fetch,
})
const all = fc.oneof(part, thought)

// biome-ignore lint/suspicious/noExplicitAny: answers of any format, whose fields are picked
type Any = any

const CLIENTS: Readonly<Record<DialectName, Client>> = {
  messages: {
    parts: all,
    streamed: (fetch) =>
      new Anthropic(settings(fetch)).messages
        .stream({ model: 'm', max_tokens: 9, messages: [] })
        .finalMessage(),
    plain: ({ content, stop_reason, stop_sequence, usage }: Any) => ({
      content,
      stop_reason,
      stop_sequence,
      tokens: [usage.input_tokens, usage.output_tokens, usage.cache_read_input_tokens],
    }),
  },
  // OpenAI's client joins no fields that OpenAI does not have, and thoughts are in one.
  chat: {
    parts: part,
    streamed: (fetch) =>
      new OpenAI(settings(fetch)).chat.completions
        .stream({ model: 'm', messages: [], stream_options: { include_usage: true } })
        .finalChatCompletion(),
    plain: ({ choices: [{ message, finish_reason }], usage }: Any) => ({
      text: message.content || null,
      refusal: message.refusal ?? null,
      calls: (message.tool_calls ?? []).map((made: Any) => [
        made.id,
        made.function.name,
        made.function.arguments,
      ]),
      annotations: message.annotations ?? [],
      finish_reason,
      usage,
    }),
  },
  responses: {
    parts: all,
    streamed: (fetch) =>
      new OpenAI(settings(fetch)).responses.stream({ model: 'm', input: 'x' }).finalResponse(),
    plain: ({ output, status, incomplete_details, usage }: Any) => ({
      output: output.map(({ parsed_arguments: _, ...item }: Any) => ({
        ...item,
        ...(item.content !== undefined && {
          content: item.content.map(({ parsed: __, ...content }: Any) => content),
        }),
        // It tells how many were made before.
        id: item.id.split('_')[0],
      })),
      status,
      incomplete_details,
      usage,
    }),
  },
  // Google's client joins nothing: texts are joined here as its users do.
  gemini: {
    parts: fc.oneof(
      part.filter(({ type }) => type !== 'text'),
      fc.record({ type: fc.constant('text' as const), text: words }),
      thought,
    ),
    async streamed(fetch) {
      const before = globalThis.fetch
      globalThis.fetch = fetch as unknown as typeof globalThis.fetch
      try {
        const parts: GeminiPart[] = []
        let last: Any
        const { models } = new GoogleGenAI({ apiKey: 'k' })
        for await (const chunk of await models.generateContentStream({
          model: 'm',
          contents: 'x',
        })) {
          parts.push(...(chunk.candidates?.[0]?.content?.parts ?? []))
          last = chunk
        }
        return { ...last, candidates: [{ ...last.candidates[0], content: { parts } }] }
      } finally {
        globalThis.fetch = before
      }
    },
    plain: ({ candidates: [{ content, finishReason }], usageMetadata }: Any) => ({
      parts: joined(content.parts),
      finishReason,
      usageMetadata,
    }),
  },
}

function joined(parts: readonly GeminiPart[]): GeminiPart[] {
  const result: GeminiPart[] = []
  for (const { text, thought: isThought, functionCall, thoughtSignature } of parts) {
    const last = result.at(-1)
    const goesOn =
      text !== undefined &&
      last?.text !== undefined &&
      last.thought === isThought &&
      last.thoughtSignature === undefined
    const signed = thoughtSignature === undefined ? {} : { thoughtSignature }
    if (goesOn) Object.assign(last, { text: last.text + text, ...signed })
    else if (functionCall !== undefined) result.push({ functionCall, ...signed })
    else if (text !== '' || thoughtSignature !== undefined)
      result.push({ text: text ?? '', ...(isThought && { thought: true }), ...signed })
  }
  return result
}

describe.each(Object.keys(CLIENTS) as DialectName[])('the official client of %s', (name) => {
  const { parts, plain, streamed } = CLIENTS[name]

  test('reads the same of an answer, whole and streamed', async () => {
    await fc.assert(
      fc.asyncProperty(answers(parts), async (answer) => {
        const request = readRequest(name, QUESTIONS[name])
        const context = contextOf({ ...request, maxOutput: null })
        const whole = dialect(name).writeResponse(answer, context)
        const writer = dialect(name).writeEvents(context)
        let text = ''
        unfold(answer, (event) => {
          text += writer.write(event)
        })
        const headers = { 'content-type': 'text/event-stream' }
        const read = await streamed(async () => new Response(text, { headers }))
        const same = (value: unknown) => JSON.parse(JSON.stringify(plain(value)))
        expect(same(read)).toEqual(same(whole))
      }),
      { numRuns: 80 },
    )
  })
})
