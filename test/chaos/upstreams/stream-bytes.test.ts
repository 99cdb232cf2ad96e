/** Streams pass byte for byte, however they are written and cut, and the usage found in them stays the same. */
import { afterAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { httpChunk, LAST_HTTP_CHUNK, sseHead } from '../../support/mock/mock-replies.ts'
import type { Step } from '../../support/mock/mock-upstream.ts'
import { ask } from '../asking.ts'
import { startRig } from '../rig.ts'

const rig = await startRig({ models: { pair: 2 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const ASKED = { stream_options: { include_usage: true } }

const chunkOf = (content: string) =>
  JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })
const FINISH = JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })
const USAGE = JSON.stringify({
  choices: [],
  usage: { prompt_tokens: 5, completion_tokens: 9, total_tokens: 14 },
})

/** The head and each piece in an HTTP chunk of its own. */
function inPieces(bytes: Uint8Array, cuts: readonly number[]): Step[] {
  const edges = [0, ...[...new Set(cuts)].sort((one, other) => one - other), bytes.length]
  const pieces = edges.slice(1).map((to, index) => bytes.subarray(edges[index] ?? 0, to))
  const steps: Step[] = [{ write: sseHead() }]
  for (const piece of pieces) {
    if (piece.length === 0) continue
    steps.push({ write: httpChunk(piece) }, { waitMs: 0 })
  }
  return [...steps, { write: LAST_HTTP_CHUNK }]
}

async function expectSame(bytes: Uint8Array, steps: Step[]): Promise<void> {
  mock.script(() => steps)
  const response = await gateway.chat({ model: 'pair', messages: [], stream: true, ...ASKED })
  const received = Buffer.from(await response.arrayBuffer())
  if (!received.equals(bytes)) {
    throw new Error(
      `sent ${JSON.stringify(Buffer.from(bytes).toString())}\ngot  ${JSON.stringify(received.toString())}`,
    )
  }
  const row = await gateway.usageRow(response.headers.get('x-request-id') ?? '')
  expect(row).toMatchObject({
    prompt_tokens: 5,
    completion_tokens: 9,
    total_tokens: 14,
    estimated: 0,
    outcome: 'ok',
  })
}

const LINE_END = fc.constantFrom('\n', '\r', '\r\n')
const CONTENT = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('😀', 'é', '日本', '\u2028', '\ud800'),
)
const FIELD = fc.constantFrom(
  'data: ',
  'data:',
  'event: message',
  'id: 7',
  ': comment',
  ':',
  'retry: 10',
)

/** One event as its lines: comments and further fields around one data line. */
const EVENT_LINES = fc
  .tuple(
    fc.array(
      FIELD.filter((field) => !field.startsWith('data')),
      { maxLength: 2 },
    ),
    fc.boolean(),
    CONTENT,
  )
  .map(([further, space, content]) => [...further, `data:${space ? ' ' : ''}${chunkOf(content)}`])

const STREAM = fc
  .tuple(fc.boolean(), fc.array(EVENT_LINES, { maxLength: 6 }), LINE_END)
  .map(([bom, events, end]) => {
    const all = [...events, [`data: ${FINISH}`], [`data:${USAGE}`], ['data: [DONE]']]
    const text = all.map((lines) => lines.map((line) => line + end).join('') + end).join('')
    return Buffer.from((bom ? '\uFEFF' : '') + text)
  })

test('any stream in any pieces arrives as it was sent, with the same usage', async () => {
  const cuts = fc.array(fc.nat(), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(STREAM, cuts, async (bytes, at) => {
      await expectSame(
        bytes,
        inPieces(
          bytes,
          at.map((cut) => cut % bytes.length),
        ),
      )
    }),
    { numRuns: 60 },
  )
}, 60_000)

test.each([
  ['LF', '\n'],
  ['CR', '\r'],
  ['CRLF', '\r\n'],
])('a stream in single bytes arrives as it was sent (%s)', async (_, end) => {
  const events = [
    `: hello 😀`,
    `data: ${chunkOf('日本 😀 é')}`,
    `data:${FINISH}`,
    `data: ${USAGE}`,
    'data: [DONE]',
  ]
  const bytes = Buffer.from(`\uFEFF${events.map((line) => line + end + end).join('')}`)
  await expectSame(
    bytes,
    inPieces(
      bytes,
      Array.from({ length: bytes.length }, (_, at) => at),
    ),
  )
})

test('bytes that are not UTF-8 arrive as they were sent', async () => {
  const [before = '', after = ''] = chunkOf('HERE').split('HERE')
  const broken = Buffer.concat([
    Buffer.from(`data: ${before}`),
    Buffer.from([0xff, 0xc3, 0x28]),
    Buffer.from(`${after}\n\n`),
  ])
  const rest = [FINISH, USAGE, '[DONE]'].map((payload) => `data: ${payload}\n\n`).join('')
  const bytes = Buffer.concat([broken, Buffer.from(rest)])
  await expectSame(bytes, inPieces(bytes, [before.length + 7]))
})

test('a line of 16 MB arrives whole', async () => {
  const events = [chunkOf('x'.repeat(16 * 1024 * 1024)), FINISH, USAGE, '[DONE]']
  const bytes = Buffer.from(events.map((payload) => `data: ${payload}\n\n`).join(''))
  await expectSame(
    bytes,
    inPieces(
      bytes,
      Array.from({ length: 64 }, (_, part) => part * 250_000),
    ),
  )
}, 60_000)

test('a whole reply arrives byte for byte, whatever its spacing and numbers', async () => {
  const body =
    '{ "choices" : [ ],\n\t"big": 12345678901234567890.123456789, "dup":1,"dup":2, "é":"\\u00e9😀" ,"usage":{"prompt_tokens":5,"completion_tokens":9,"total_tokens":14}}\n'
  mock.script(() => [
    {
      write: `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    },
  ])
  const answer = await ask(gateway, 'pair')
  expect(answer.text).toBe(body)
  expect(await answer.row()).toMatchObject({ total_tokens: 14, estimated: 0 })
})

test('unknown members and large numbers of a request reach the upstream untouched', async () => {
  const sent = `{ "model":"pair","messages":[],"seed":12345678901234567890, "x_unknown": {"a" : [1e400, "é\\u00e9"]} }`
  const from = mock.ledger.length
  mock.script(() => [{ write: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}' }])
  await gateway.chat({}, { body: sent })
  expect(mock.ledger[from]?.body).toBe(sent)
})

test('a content type is the same in capitals', async () => {
  const bytes = Buffer.from(
    [chunkOf('a'), FINISH, USAGE, '[DONE]'].map((payload) => `data: ${payload}\n\n`).join(''),
  )
  const head = sseHead({ 'content-type': 'Text/Event-Stream' })
  await expectSame(bytes, [
    { write: head },
    { write: httpChunk(bytes) },
    { write: LAST_HTTP_CHUNK },
  ])
})
