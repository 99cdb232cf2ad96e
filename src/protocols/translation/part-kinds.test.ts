/** Every kind of part that a format has a place for comes back from it as it went in: in requests, answers and streams. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  contextOf,
  dialect,
  folded,
  readRequest,
  targetOf,
  wire,
} from '../../../test/support/translation/translation.ts'
import type { EndReason, NeutralResponse, Usage } from '../neutral/answer.ts'
import { unfold } from '../neutral/fold.ts'
import type { DialectName, JsonObject, NeutralRequest, Part } from '../neutral/neutral.ts'
import { joinTurns } from '../neutral/turns.ts'

interface Kinds {
  model: string
  vendor: string
  /** What only some formats have. */
  has: ReadonlySet<
    | 'signature'
    | 'callSignature'
    | 'refusal'
    | 'citation'
    | 'picture'
    | 'sound'
    | 'error'
    | 'shown'
    | 'mark'
    | 'ends'
  >
}

const FORMATS: Readonly<Record<DialectName, Kinds>> = {
  chat: { model: 'gpt-4.1', vendor: 'openai', has: new Set(['refusal', 'citation', 'picture']) },
  responses: {
    model: 'gpt-4.1',
    vendor: 'openai',
    has: new Set(['signature', 'refusal', 'citation', 'picture', 'shown']),
  },
  messages: {
    model: 'claude-sonnet-4-5',
    vendor: 'anthropic',
    has: new Set(['signature', 'error', 'shown', 'mark', 'ends']),
  },
  gemini: {
    model: 'gemini-3-pro',
    vendor: 'google',
    has: new Set(['signature', 'callSignature', 'picture', 'sound', 'error', 'shown']),
  },
}

const words = fc.stringMatching(/^[A-Za-z][A-Za-zäöü 🦊.]{0,30}[a-z]$/u)
const bytes = fc
  .uint8Array({ minLength: 3, maxLength: 30 })
  .map((list) => Buffer.from(list).toString('base64'))
const args = fc
  .dictionary(words, fc.oneof(words, fc.integer()), { maxKeys: 3 })
  .map((value) => JSON.stringify(value))
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.array(arbitrary, { maxLength: 1 })
const text = words.map((said): Part => ({ type: 'text', text: said }))
const media = (kind: 'image' | 'document' | 'audio', mime: string) =>
  bytes.map((data): Part => ({ type: 'media', kind, mime, source: { type: 'data', data } }))
const refusal = words.map((said): Part => ({ type: 'refusal', text: said }))
const image = media('image', 'image/png')
const pdf = bytes.map(
  (data): Part => ({
    type: 'media',
    kind: 'document',
    mime: 'application/pdf',
    source: { type: 'data', data },
    name: 'a.pdf',
  }),
)

function signature(vendor: string) {
  return bytes.map((payload) => ({ vendor, account: null, payload }))
}

function thought({ has, vendor }: Kinds): fc.Arbitrary<Part> {
  return has.has('signature')
    ? fc.record({
        type: fc.constant('reasoning' as const),
        text: words,
        signature: signature(vendor),
      })
    : words.map((said): Part => ({ type: 'reasoning', text: said }))
}

/** A conversation of one turn of each, with calls that are answered. */
function turns(format: DialectName) {
  const kinds = FORMATS[format]
  const { has, vendor } = kinds
  const marked = has.has('mark')
    ? words.map((said): Part => ({ type: 'text', text: said, cache: { ttl: '1h' } }))
    : text
  const call = fc.record({
    args,
    said: words,
    error: has.has('error') ? fc.boolean() : fc.constant(false),
    shown: has.has('shown') ? maybe(image) : fc.constant([]),
  })
  return fc
    .record({
      asked: fc.tuple(
        marked,
        maybe(image),
        has.has('sound') ? maybe(media('audio', 'audio/wav')) : maybe(pdf),
      ),
      thoughts: has.has('signature') ? maybe(thought(kinds)) : fc.constant([]),
      said: text,
      // Chat takes what a model refused to say back as its text.
      refused: format === 'responses' ? maybe(refusal) : fc.constant([]),
      calls: fc.array(call, { minLength: 1, maxLength: 3 }),
      signed: signature(vendor),
    })
    .map(({ asked: [first, ...rest], thoughts, said, refused, calls, signed }) => [
      { role: 'user' as const, parts: [first, ...rest.flat()] },
      {
        role: 'model' as const,
        parts: [
          ...thoughts,
          said,
          ...refused,
          ...calls.map(
            (one, at): Part => ({
              type: 'call',
              id: `call_${at}`,
              name: 'look',
              args: one.args,
              ...(has.has('callSignature') && at === 0 && { signature: signed }),
            }),
          ),
        ],
      },
      {
        role: 'user' as const,
        parts: calls.map(
          (one, at): Part => ({
            type: 'result',
            callId: `call_${at}`,
            parts: [{ type: 'text', text: one.said }, ...one.shown],
            error: one.error,
          }),
        ),
      },
    ])
}

const BODIES: Readonly<Record<DialectName, JsonObject>> = {
  chat: { model: 'm', messages: [{ role: 'user', content: 'x' }] },
  messages: { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] },
  responses: { model: 'm', input: 'x' },
  gemini: { contents: [{ parts: [{ text: 'x' }] }] },
}

/** Names of results and details of pictures are told by some formats only. */
function plain(parts: readonly Part[]): unknown[] {
  return parts.map((part) => {
    if (part.type === 'result') return { ...part, name: undefined, parts: plain(part.parts) }
    if (part.type === 'call') return { ...part, itemId: undefined, args: JSON.parse(part.args) }
    if (part.type === 'media') return { ...part, detail: undefined, name: undefined }
    return part.type === 'reasoning' ? { ...part, id: undefined } : part
  })
}

const shape = (request: Pick<NeutralRequest, 'turns'>) =>
  joinTurns(request.turns).map(({ role, parts }) => ({ role, parts: plain(parts) }))

const citation = words.map((title) => ({ url: 'https://a.test/', title, start: 0, end: 1 }))
const usage: fc.Arbitrary<Usage> = fc
  .record({ plainInput: fc.nat(900), cacheRead: fc.nat(900), plainOutput: fc.nat(900) })
  .map(({ plainInput, cacheRead, plainOutput }) => ({
    input: plainInput + cacheRead,
    output: plainOutput,
    cacheRead,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    reasoning: 0,
    audioInput: 0,
    audioOutput: 0,
  }))

function withoutSources(part: Part): Part {
  return part.type === 'text' ? { type: 'text', text: part.text } : part
}

function answers(format: DialectName): fc.Arbitrary<NeutralResponse> {
  const kinds = FORMATS[format]
  const { has, vendor } = kinds
  const said: fc.Arbitrary<Part> = has.has('citation')
    ? fc.record({ type: fc.constant('text' as const), text: words, citations: maybe(citation) })
    : text
  return fc
    .record({
      thoughts: maybe(thought(kinds)),
      said: maybe(said),
      refused: has.has('refusal') ? maybe(refusal) : fc.constant([]),
      drawn: has.has('picture') ? maybe(image) : fc.constant([]),
      calls: fc.array(args, { maxLength: 2 }),
      signed: signature(vendor),
      reason: fc.constantFrom<EndReason>(
        'stop',
        'length',
        'filter',
        ...(has.has('ends') ? ['stop_text' as const] : []),
      ),
      usage,
    })
    .map(({ thoughts, said: texts, refused, drawn, calls, signed, reason, usage: used }) => ({
      id: 'x',
      model: 'm',
      parts: [
        ...thoughts,
        // A chat stream names its sources at its end, when a text before other parts is closed.
        ...(format === 'chat' && calls.length + refused.length > 0
          ? texts.map(withoutSources)
          : texts),
        ...refused,
        ...drawn,
        ...calls.map(
          (each, at): Part => ({
            type: 'call',
            id: `call_${at}`,
            name: 'look',
            args: each,
            ...(has.has('callSignature') && at === 0 && { signature: signed }),
          }),
        ),
      ] as Part[],
      end: {
        reason: calls.length > 0 && reason !== 'length' ? 'call' : reason,
        stopText: calls.length === 0 && reason === 'stop_text' ? 'END' : null,
      },
      usage: used,
    }))
}

/** Chat has one text, one thought, and pictures at its end: the order of kinds is another there. */
function told({ parts, end, usage: used }: NeutralResponse) {
  const list = plain(parts).map((part) => {
    const {
      signature: signed,
      citations = [],
      ...rest
    } = part as Record<string, unknown> & {
      type: string
      signature?: { payload: string }
    }
    return {
      ...rest,
      citations, // Chat's own thoughts have none.
      signature: signed?.payload || undefined,
    }
  })
  // What only a vendor counts, such as images, is told to no client.
  const { units: _, ...tokens } = used ?? {}
  return { parts: Object.groupBy(list, ({ type }) => type), end, tokens }
}

describe.each(Object.keys(FORMATS) as DialectName[])('%s', (format) => {
  const kinds = FORMATS[format]
  const target = targetOf(format, { model: kinds.model, vendor: kinds.vendor })

  test('a request with every kind of part is the same when it is read again', () => {
    fc.assert(
      fc.property(turns(format), (said) => {
        const request: NeutralRequest = {
          ...readRequest(format, BODIES[format]),
          turns: said,
          tools: [{ type: 'function', name: 'look', schema: { type: 'object', properties: {} } }],
        }
        const { body, losses } = wire(format).writeRequest(request, target)
        expect(losses).toEqual([])
        const again = readRequest(format, JSON.parse(JSON.stringify(body)))
        expect(shape(again)).toEqual(shape(request) as never)
      }),
      { numRuns: 80 },
    )
  })

  test('an answer with every kind of part is the same whole and streamed', () => {
    fc.assert(
      fc.property(answers(format), (answer) => {
        const context = contextOf(readRequest(format, BODIES[format]))
        const whole = dialect(format).writeResponse(answer, context)
        const writer = dialect(format).writeEvents(context)
        let stream = ''
        unfold(answer, (event) => {
          stream += writer.write(event)
        })
        const read = wire(format).readResponse(JSON.parse(JSON.stringify(whole)), target)
        expect(told(read)).toEqual(told(answer))
        expect(told(folded(format, stream, target))).toEqual(told(answer))
      }),
      { numRuns: 80 },
    )
  })
})
