/** Upstreams that never end a response: memory is bounded, and another key is tried. */
import { afterAll, describe, expect, test } from 'bun:test'
import { httpChunk, replyHead, sseHead } from '../../support/mock/mock-replies.ts'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  type Step,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { ask, BOTH, payloads, streamErrors } from '../asking.ts'
import { inTurn, since, startRig } from '../rig.ts'

const MEGABYTE = 1024 * 1024
const rig = await startRig({ models: { pair: 2, alone: 1 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const GOOD = {
  whole: jsonReply(200, chatCompletion('hello')),
  streamed: sseReply(chatChunks('hello')),
}

const filler = httpChunk('x'.repeat(MEGABYTE))
const megabytes = (count: number) => Array<Step>(count).fill({ write: filler })
const chunked = (status: number) =>
  replyHead(status, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
const [ROLE = '', FIRST = ''] = chatChunks('hello')
// The role alone is held back until there are words.
const START: Step[] = [
  { write: sseHead() },
  { write: httpChunk(`data: ${ROLE}\n\ndata: ${FIRST}\n\n`) },
]

describe.each(BOTH)('a 500 (%s)', (form, stream) => {
  test('with a stalled body times out', async () => {
    const from = mock.ledger.length
    const stalling = [{ write: replyHead(500, { 'content-length': '99' }) }, { write: '{' }]
    mock.script(inTurn([...stalling, 'stall'], GOOD[form]))
    const startedMs = performance.now()
    expect(await ask(gateway, 'pair', { stream })).toMatchObject({ status: 200, attempts: 2 })
    expect(performance.now() - startedMs).toBeLessThan(3_500)
    const [stalled] = since(mock, from)
    if (stalled) await mock.closedByPeer(stalled)
  })

  test('with an endless body is read only up to the limit', async () => {
    const from = mock.ledger.length
    mock.script(inTurn([{ write: chunked(500) }, ...megabytes(64), 'stall'], GOOD[form]))
    const startedMs = performance.now()
    expect(await ask(gateway, 'pair', { stream })).toMatchObject({ status: 200, attempts: 2 })
    expect(performance.now() - startedMs).toBeLessThan(1_500)
    expect(since(mock, from)[0]?.bytesSent).toBeLessThan(32 * MEGABYTE)
  })
})

test('an endless reply is aborted', async () => {
  mock.script(() => [{ write: chunked(200) }, ...megabytes(300), 'stall'])
  const answer = await ask(gateway, 'alone')
  expect(answer.status).toBe(502)
  expect(answer.error().code).toBe('upstream_error')
  expect(answer.error().message).toStartWith('upstream alone-1: its reply is larger than 256 MiB')
}, 60_000)

const ENDLESS = [{ write: httpChunk('data: {"x":"') }, ...megabytes(80), 'stall' as const]

test('a first event without end is answered by another key', async () => {
  mock.script(inTurn([{ write: sseHead() }, ...ENDLESS], GOOD.streamed))
  const answer = await ask(gateway, 'pair', { stream: true })
  expect(answer).toMatchObject({ status: 200, attempts: 2 })
}, 60_000)

test('a later event without end ends the stream with an error event', async () => {
  mock.script(() => [...START, ...ENDLESS])
  const answer = await ask(gateway, 'alone', { stream: true })
  expect(payloads(answer.text)).toHaveLength(3)
  expect(streamErrors(answer.text)[0]?.message).toBe(
    'upstream alone-1: an event of its stream is larger than 64 MiB',
  )
}, 60_000)
