/** Recorded answers, read in every format and written to every client: the same text, calls, end and usage. */
import { describe, expect, test } from 'bun:test'
import type { NeutralResponse } from '../../src/protocols/neutral/answer.ts'
import { EventFold, unfold } from '../../src/protocols/neutral/fold.ts'
import type { DialectName, Part, WireName } from '../../src/protocols/neutral/neutral.ts'
import { SseEvents } from '../../src/protocols/sse-events.ts'
import { DIALECTS, WIRES } from '../../src/protocols/translation/formats.ts'
import {
  contextOf,
  dialect,
  folded,
  readRequest,
  targetOf,
  wire,
} from '../support/translation/translation.ts'
import { type Recording, recordingsOf } from './recorded/recordings.ts'

const KINDS = Object.keys(WIRES).filter((name): name is DialectName => name in DIALECTS)
const CLIENTS = Object.keys(DIALECTS) as DialectName[]
const recordings = recordingsOf(KINDS) ?? []
const encoder = new TextEncoder()

/** What must be the same whatever the format. */
function essence({ parts, end, usage }: NeutralResponse) {
  const of = (type: Part['type']) => parts.filter((part) => part.type === type)
  return {
    text: of('text')
      .map((part) => (part.type === 'text' ? part.text : ''))
      .join(''),
    calls: of('call').map(
      (part) => part.type === 'call' && [part.id, part.name, JSON.parse(part.args)],
    ),
    // Only Messages reports which sequence was hit.
    end: end.reason === 'stop_text' ? 'stop' : end.reason,
    tokens: usage && [usage.input, usage.output],
  }
}

/** Messages always has usage; where the upstream gave none it is an estimate. */
function essenceLike(read: NeutralResponse, answer: NeutralResponse) {
  return essence(answer.usage === null ? { ...read, usage: null } : read)
}

function answersOf(kind: WireName): [id: string, answer: NeutralResponse][] {
  return recordings
    .filter((recording) => recording.kind === kind && recording.status === 200)
    .map((recording) => [recording.id, read(recording, kind)])
}

function read({ form, resp }: Pick<Recording, 'form' | 'resp'>, kind: WireName): NeutralResponse {
  if (form === 'sse') return folded(kind, resp)
  return wire(kind).readResponse(JSON.parse(resp), targetOf(kind))
}

function context(client: DialectName) {
  const model = 'any'
  const body = {
    chat: { model, messages: [] },
    messages: { model, messages: [] },
    responses: { model, input: 'Hi' },
    gemini: { contents: [] },
  }[client]
  return contextOf(readRequest(client, body))
}

function piecewise(kind: WireName, body: string, size: number): unknown {
  const fold = new EventFold()
  const reader = wire(kind).readEvents(targetOf(kind), (event) => fold.add(event))
  const events = new SseEvents((data) => reader.read(data))
  const bytes = encoder.encode(body)
  for (let at = 0; at < bytes.length; at += size) events.accept(bytes.subarray(at, at + size))
  events.finish()
  reader.finish()
  return fold.response()
}

for (const kind of KINDS) {
  describe(`recorded ${kind}`, () => {
    const answers = answersOf(kind)
    test('answers are there', () => {
      if (recordings.length > 0) expect(answers.length).toBeGreaterThan(10)
    })

    for (const client of CLIENTS) {
      test(`reach a ${client} client whole and streamed`, () => {
        for (const [id, answer] of answers) {
          const target = { vendor: targetOf(kind).vendor }
          const whole = dialect(client).writeResponse(answer, context(client))
          const again = wire(client).readResponse(whole, targetOf(client, target))
          expect([id, essenceLike(again, answer)]).toEqual([id, essence(answer)])
          const writer = dialect(client).writeEvents(context(client))
          let stream = ''
          unfold(answer, (event) => {
            stream += writer.write(event)
          })
          expect([id, essenceLike(folded(client, stream, target), answer)]).toEqual([
            id,
            essence(answer),
          ])
        }
      })
    }

    test('streams are read the same however they are cut', () => {
      for (const { id, form, resp, status } of recordings.filter((one) => one.kind === kind)) {
        if (form !== 'sse' || status !== 200) continue
        const whole = folded(kind, resp)
        for (const size of [1, 7, 1024, resp.length * 4])
          expect([id, size, essence(piecewise(kind, resp, size) as NeutralResponse)]).toEqual([
            id,
            size,
            essence(whole),
          ])
        const crLf = resp.replaceAll('\r\n', '\n').replaceAll('\n', '\r\n')
        expect([id, essence(piecewise(kind, crLf, 5) as NeutralResponse)]).toEqual([
          id,
          essence(whole),
        ])
      }
    })
  })
}
