/** Where nothing is lost, a request or an answer that goes through a format and back is what it was. */
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
import type { NeutralResponse } from '../neutral/answer.ts'
import { unfold } from '../neutral/fold.ts'
import type {
  CallPart,
  DialectName,
  NeutralRequest,
  Part,
  ResultPart,
  Turn,
} from '../neutral/neutral.ts'
import { joinTurns } from '../neutral/turns.ts'

const FORMATS: readonly DialectName[] = ['chat', 'responses', 'messages', 'gemini']
/** The models that `targetOf` names take sampling and a system text at the top. */
const MODEL = {
  messages: 'claude-sonnet-4-5',
  chat: 'gpt-4.1',
  responses: 'gpt-4.1',
  gemini: 'gemini-3-pro',
}

const words = fc.stringMatching(/^[A-Za-z][A-Za-zäöü 🦊.]{0,30}[a-z]$/u)
const name = fc.stringMatching(/^[a-z][a-z_]{0,20}$/)
const args = fc
  .dictionary(name, fc.oneof(words, fc.integer(), fc.boolean()), { maxKeys: 3 })
  .map((value) => JSON.stringify(value))

const body: Record<DialectName, object> = {
  chat: { model: 'm', messages: [{ role: 'user', content: 'x' }] },
  messages: { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] },
  responses: { model: 'm', input: 'x' },
  gemini: { contents: [{ parts: [{ text: 'x' }] }] },
}
const empty = (format: DialectName): NeutralRequest => ({
  ...readRequest(format, body[format] as never),
  maxOutput: null,
})

/** A user's text, or an answer with calls and their results, and more text. */
interface Exchange {
  asked: string
  said: string
  calls: readonly { name: string; args: string; result: string }[]
}

const exchange: fc.Arbitrary<Exchange> = fc.record({
  asked: words,
  said: words,
  calls: fc.array(fc.record({ name, args, result: words }), { maxLength: 3 }),
})

function turnsOf(exchanges: readonly Exchange[], system: string | null): Turn[] {
  const text = (said: string): Part => ({ type: 'text', text: said })
  const turns: Turn[] = system === null ? [] : [{ role: 'system', parts: [text(system)] }]
  for (const [at, { asked, said, calls }] of exchanges.entries()) {
    const made = calls.map(
      (call, index): CallPart => ({
        type: 'call',
        id: `call_${at}_${index}`,
        name: call.name,
        args: call.args,
      }),
    )
    const results = calls.map(
      (call, index): ResultPart => ({
        type: 'result',
        callId: `call_${at}_${index}`,
        parts: [text(call.result)],
        error: false,
      }),
    )
    turns.push({ role: 'user', parts: [text(asked)] })
    turns.push({ role: 'model', parts: [text(said), ...made] })
    if (results.length > 0) turns.push({ role: 'user', parts: results })
  }
  return [...turns, { role: 'user', parts: [text('Go on')] }]
}

/** Of a request all that these formats share; only some contain a result's name. */
function shared({ turns, tools, toolChoice, maxOutput, sampling }: NeutralRequest) {
  const parts = (list: readonly Part[]) =>
    list.map((part) => {
      if (part.type === 'result') return { ...part, name: undefined }
      return part.type === 'call'
        ? { ...part, args: JSON.parse(part.args), signature: undefined }
        : part
    })
  return {
    turns: joinTurns(turns).map(({ role, parts: all }) => ({ role, parts: parts(all) })),
    tools,
    toolChoice,
    maxOutput,
    temperature: sampling.temperature,
  }
}

describe.each(FORMATS)('%s', (format) => {
  test('a request that is written and read again is the same', () => {
    fc.assert(
      fc.property(
        fc.record({
          exchanges: fc.array(exchange, { minLength: 1, maxLength: 3 }),
          system: fc.option(words),
          maxOutput: fc.integer({ min: 16, max: 4_000 }),
          temperature: fc.constantFrom(0, 0.5, 1),
          choice: fc.constantFrom('auto', 'required', 'none' as const),
        }),
        ({ exchanges, system, maxOutput, temperature, choice }) => {
          const called = exchanges.flatMap(({ calls }) => calls.map((call) => call.name))
          const tools = [...new Set(['look', ...called])].map((tool) => ({
            type: 'function' as const,
            name: tool,
            description: `Does ${tool}`,
            schema: { type: 'object', properties: { at: { type: 'string' } } },
          }))
          const request: NeutralRequest = {
            ...empty(format),
            turns: turnsOf(exchanges, system),
            tools,
            toolChoice: { type: choice as 'auto' },
            maxOutput,
            sampling: { temperature },
          }
          const written = wire(format).writeRequest(
            request,
            targetOf(format, { model: MODEL[format] }),
          )
          expect(written.losses).toEqual([])
          const again = readRequest(format, JSON.parse(JSON.stringify(written.body)))
          expect(shared(again)).toEqual(shared(request))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('an answer is the same whole and streamed', () => {
    fc.assert(
      fc.property(
        fc.record({
          thought: fc.option(words),
          said: fc.option(words),
          calls: fc.array(fc.record({ name, args }), { maxLength: 3 }),
          tokens: fc.record({ input: fc.nat(1_000), output: fc.nat(1_000) }),
          cut: fc.boolean(),
        }),
        ({ thought, said, calls, tokens, cut }) => {
          const parts: Part[] = [
            ...(thought === null ? [] : [{ type: 'reasoning' as const, text: thought }]),
            ...(said === null ? [] : [{ type: 'text' as const, text: said }]),
            ...calls.map((call, at) => ({ type: 'call' as const, id: `call_${at}`, ...call })),
          ]
          const none = { cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, reasoning: 0 }
          const reason = cut ? 'length' : calls.length > 0 ? 'call' : 'stop'
          const answer: NeutralResponse = {
            id: 'x',
            model: 'm',
            parts,
            end: { reason, stopText: null },
            usage: { ...tokens, ...none, audioInput: 0, audioOutput: 0 },
          }
          const context = contextOf(empty(format))
          const target = targetOf(format)
          const whole = wire(format).readResponse(
            JSON.parse(JSON.stringify(dialect(format).writeResponse(answer, context))),
            target,
          )
          const writer = dialect(format).writeEvents(context)
          let text = ''
          unfold(answer, (event) => {
            text += writer.write(event)
          })
          expect(told(whole)).toEqual(told(answer))
          expect(told(folded(format, text))).toEqual(told(answer))
        },
      ),
      { numRuns: 60 },
    )
  })
})

function told({ parts, end, usage }: NeutralResponse) {
  return {
    parts: parts.map((part) => {
      if (part.type === 'call') return [part.type, part.id, part.name, JSON.parse(part.args)]
      return part.type === 'text' || part.type === 'reasoning'
        ? [part.type, part.text]
        : [part.type]
    }),
    reason: end.reason,
    tokens: [usage?.input, usage?.output],
  }
}
