/** Streams that break: they end on an event boundary with exactly one error event and never a made-up `[DONE]`. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { httpChunk, LAST_HTTP_CHUNK, sseHead } from '../../support/mock/mock-replies.ts'
import { chatChunks, rawReply, type Step, sseReply } from '../../support/mock/mock-upstream.ts'
import { ask, payloads, streamErrors } from '../asking.ts'
import { inTurn, since, startRig } from '../rig.ts'

const rig = await startRig({ models: { pair: 2, alone: 1 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const CHUNKS = chatChunks('one two three')
const [FIRST = '', SECOND = ''] = CHUNKS
const ERROR = JSON.stringify({
  error: { message: 'CANARY overloaded', type: 'server_error', code: 'overloaded' },
})

describe('an error event before anything else', () => {
  test('is answered by another key', async () => {
    const from = mock.ledger.length
    mock.script(inTurn(sseReply([ERROR]), sseReply(CHUNKS)))
    const answer = await ask(gateway, 'pair', { stream: true })
    expect(answer).toMatchObject({ status: 200, attempts: 2 })
    expect(answer.text).not.toContain('CANARY')
    expect(payloads(answer.text)).toEqual([...CHUNKS, '[DONE]'])
    expect(since(mock, from)).toHaveLength(2)
    expect((await answer.row()).attempts).toBe(2)
  })

  test('is answered by another key where an event that is dropped came before it', async () => {
    mock.script(inTurn(sseReply(['', ERROR]), sseReply(CHUNKS)))
    const answer = await ask(gateway, 'pair', { stream: true })
    expect(answer).toMatchObject({ status: 200, attempts: 2 })
    expect(payloads(answer.text)).toEqual([...CHUNKS, '[DONE]'])
  })

  test('from the only key becomes an error with a status of its own', async () => {
    mock.script(() => sseReply([ERROR]))
    const answer = await ask(gateway, 'alone', { stream: true })
    expect(answer.status).toBe(502)
    expect(answer.error().code).toBe('upstream_error')
    expect(answer.error().message).toStartWith('upstream alone-1: ')
  })

  test('in a whole reply is answered by another key too', async () => {
    const json = 'HTTP/1.1 200 OK\ncontent-type: application/json'
    mock.script(
      inTurn(
        rawReply(`${json}\ncontent-length: ${ERROR.length}`, ERROR),
        rawReply(`${json}\ncontent-length: 2`, '{}'),
      ),
    )
    expect(await ask(gateway, 'pair')).toMatchObject({ status: 200, attempts: 2, text: '{}' })
  })
})

const event = (payload: string): Step => ({ write: httpChunk(`data: ${payload}\n\n`) })
const START: Step[] = [{ write: sseHead() }, event(FIRST), event(SECOND), { waitMs: 30 }]
const BREAKS: [string, Step[]][] = [
  ['an error event', [event(ERROR), { write: LAST_HTTP_CHUNK }]],
  [
    'an error event and more events',
    [event(ERROR), event(FIRST), event('[DONE]'), { write: LAST_HTTP_CHUNK }],
  ],
  ['an error event and silence', [event(ERROR), 'stall']],
  ['the end of the body', [{ write: LAST_HTTP_CHUNK }]],
  ['FIN', ['fin']],
  ['RST', ['rst']],
  [
    'half an event and the end of the body',
    [{ write: httpChunk('data: {"choi') }, { write: LAST_HTTP_CHUNK }],
  ],
  ['half an event and FIN', [{ write: httpChunk('data: {"choi') }, { waitMs: 20 }, 'fin']],
  ['half an event and RST', [{ write: httpChunk('data: {"choi') }, { waitMs: 20 }, 'rst']],
  ['a broken chunk size', [{ write: 'zz\r\n' }, { waitMs: 20 }, 'fin']],
]

describe.each(BREAKS)('%s in mid-stream', (_, steps) => {
  test('ends the stream with one error event', async () => {
    const from = mock.ledger.length
    mock.script(() => [...START, ...steps])
    const answer = await ask(gateway, 'alone', { stream: true })
    expect(answer.status).toBe(200)
    const seen = payloads(answer.text)
    expect(seen.slice(0, 2)).toEqual([FIRST, SECOND])
    expect(seen).toHaveLength(3)
    expect(streamErrors(answer.text)).toHaveLength(1)
    const [error] = streamErrors(answer.text)
    expect(error?.message).toMatch(/^upstream alone-1: /)
    expect(error?.request_id).toBe(answer.headers.get('x-request-id') ?? '')
    expect(answer.text).not.toContain('[DONE]')
    expect(answer.text).toEndWith('}\n\n')
    expect(since(mock, from)).toHaveLength(1)
    const row = await answer.row()
    expect(row).toMatchObject({ outcome: 'cut', estimated: 1, attempts: 1 })
    expect(row.completion_tokens).toBeGreaterThan(0)
  })
})

const FINISH = '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'
const TINY = [
  '{"choices":[{"index":0,"delta":{"content":"é"}}]}',
  '{"choices":[{"index":0,"delta":{"content":"b"}}]}',
  FINISH,
]
const BYTES = Buffer.from([...TINY, '[DONE]'].map((payload) => `data: ${payload}\n\n`).join(''))
const FIRST_END = BYTES.indexOf('\n\n') + 2
const FINISHED_AT = BYTES.indexOf('data: [DONE]')
/** An event is whole without the line feeds after it if the upstream then ends. */
const WHOLE_WITHOUT = 2

/** The end comes a moment after the bytes: what arrives together with it may be lost with it. */
const END: Step[] = [{ waitMs: 15 }, 'fin']
const EOF_HEAD = 'HTTP/1.1 200 OK\ncontent-type: text/event-stream\nconnection: close'
const inChunks = (bytes: Uint8Array): Step[] => [
  { write: sseHead() },
  { write: httpChunk(bytes) },
  ...END,
]
const untilEnd = (bytes: Uint8Array): Step[] => [...rawReply(EOF_HEAD, bytes), ...END]

describe.each([
  ['in a chunked body', inChunks],
  ['in a body without length', untilEnd],
])('a small stream cut at every byte %s', (_, cutTo) => {
  let texts: string[] = []
  beforeAll(async () => {
    texts = []
    for (let length = FIRST_END; length < BYTES.length; length++) {
      mock.script(() => cutTo(BYTES.subarray(0, length)))
      const answer = await ask(gateway, 'alone', { stream: true })
      texts.push(answer.text)
    }
  }, 60_000)

  test('before its finish reason, ends on an event boundary with one error event', () => {
    for (let length = FIRST_END; length < FINISHED_AT - WHOLE_WITHOUT; length++) {
      const text = texts[length - FIRST_END] ?? ''
      const seen = payloads(text)
      expect(text).toEndWith('}\n\n')
      expect(streamErrors(text)).toHaveLength(1)
      expect(seen.slice(0, -1)).toEqual(TINY.slice(0, seen.length - 1))
      expect(text).not.toContain('[DONE]')
    }
  })

  test('after its finish reason, is complete', () => {
    for (let length = FINISHED_AT; length < BYTES.length; length++) {
      const text = texts[length - FIRST_END] ?? ''
      expect(streamErrors(text)).toHaveLength(0)
      expect(payloads(text).slice(0, TINY.length)).toEqual(TINY)
      expect(text).toEndWith('\n\n')
    }
  })
})

test('cut at every byte before the first event is whole, another key answers', async () => {
  // The very last bytes are line ends only; the event before them is whole already.
  for (let length = 1; length < FIRST_END - WHOLE_WITHOUT; length++) {
    mock.script(inTurn(inChunks(BYTES.subarray(0, length)), sseReply(TINY)))
    const answer = await ask(gateway, 'pair', { stream: true })
    expect(answer).toMatchObject({ status: 200, attempts: 2 })
    expect(payloads(answer.text)).toEqual([...TINY, '[DONE]'])
  }
}, 60_000)
