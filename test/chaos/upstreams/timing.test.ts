/** Upstreams that fall silent: before the first event another key is asked, afterwards the stream ends with an error. */
import { afterAll, describe, expect, test } from 'bun:test'
import { httpChunk, sseHead } from '../../support/mock/mock-replies.ts'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  rawReply,
  type Step,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { ask, BOTH, payloads, streamErrors } from '../asking.ts'
import { inTurn, since, startRig, upstreamState } from '../rig.ts'

const FIRST_BYTE_MS = 700
const IDLE_MS = 600
const REQUEST_MS = 3_000
const rig = await startRig({
  models: { pair: 2, alone: 1, counted: 1 },
  env: {
    UPSTREAM_FIRST_BYTE_TIMEOUT_MS: String(FIRST_BYTE_MS),
    UPSTREAM_IDLE_TIMEOUT_MS: String(IDLE_MS),
    REQUEST_TIMEOUT_MS: String(REQUEST_MS),
  },
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig

const JSON_HEAD = 'HTTP/1.1 200 OK\ncontent-type: application/json\ncontent-length: 999'
const SILENCES: [string, boolean, Step[]][] = [
  ['nothing at all', false, ['stall']],
  ['headers of a whole reply', false, [...rawReply(JSON_HEAD), 'stall']],
  ['half a whole reply', false, [...rawReply(JSON_HEAD, '{"id":'), 'stall']],
  ['nothing at all', true, ['stall']],
  ['headers of a stream', true, [{ write: sseHead() }, 'stall']],
  [
    'half the first event',
    true,
    [{ write: sseHead() }, { write: httpChunk('data: {"id":') }, 'stall'],
  ],
]
const GOOD = {
  whole: jsonReply(200, chatCompletion('hello')),
  streamed: sseReply(chatChunks('hello')),
}

describe.each(SILENCES)('%s and then silence (stream: %p)', (_, stream, steps) => {
  test('another key is tried at the first-byte limit', async () => {
    const from = mock.ledger.length
    mock.script(inTurn(steps, stream ? GOOD.streamed : GOOD.whole))
    const startedMs = performance.now()
    const answer = await ask(gateway, 'pair', { stream })
    const tookMs = performance.now() - startedMs
    expect(answer).toMatchObject({ status: 200, attempts: 2 })
    expect(answer.text).toContain('hello')
    expect(answer.text).not.toContain('error')
    expect(tookMs).toBeGreaterThanOrEqual(FIRST_BYTE_MS - 50)
    expect(tookMs).toBeLessThan(FIRST_BYTE_MS + 500)
    expect(await answer.row()).toMatchObject({ attempts: 2, outcome: 'ok' })
    const [first] = since(mock, from)
    if (first) await mock.closedByPeer(first)
  })

  test('the only key is tried once, and the client gets a timeout error', async () => {
    const from = mock.ledger.length
    mock.script(() => steps)
    const answer = await ask(gateway, 'alone', { stream })
    expect(answer.status).toBe(504)
    expect(answer.error().code).toBe('upstream_timeout')
    expect(answer.error().message).toStartWith('upstream alone-1: ')
    expect(since(mock, from)).toHaveLength(1)
    expect(await answer.row()).toMatchObject({ status: 504, attempts: 1, total_tokens: 0 })
  })
})

/** The client has its headers with the comment, so fail-over shows in the record alone. */
describe('a comment and then silence', () => {
  const steps: Step[] = [{ write: sseHead() }, { write: httpChunk(': waiting\n\n') }, 'stall']

  test('another key is asked, and its answer follows the comment', async () => {
    mock.script(inTurn(steps, GOOD.streamed))
    const answer = await ask(gateway, 'pair', { stream: true })
    expect(answer.text).toStartWith(': waiting\n\n')
    expect(answer.text).toContain('hello')
    expect(answer.text).not.toContain('error')
    expect(await answer.row()).toMatchObject({ attempts: 2, outcome: 'ok' })
  })

  test('the only key is tried once, and an error event reports the timeout', async () => {
    const from = mock.ledger.length
    mock.script(() => steps)
    const answer = await ask(gateway, 'alone', { stream: true })
    expect(streamErrors(answer.text)).toMatchObject([{ code: 'upstream_timeout' }])
    expect(answer.text).not.toContain('[DONE]')
    expect(since(mock, from)).toHaveLength(1)
    expect(await answer.row()).toMatchObject({ attempts: 1, total_tokens: 0 })
  })
})

test('silence in mid-stream ends it with one error event', async () => {
  const [first = '', second = ''] = chatChunks('hello world')
  mock.script(() => [
    { write: sseHead() },
    { write: httpChunk(`data: ${first}\n\ndata: ${second}\n\n`) },
    'stall',
  ])
  const from = mock.ledger.length
  const answer = await ask(gateway, 'alone', { stream: true })
  expect(answer.status).toBe(200)
  expect(payloads(answer.text).slice(0, 2)).toEqual([first, second])
  expect(streamErrors(answer.text)).toMatchObject([{ code: 'upstream_timeout' }])
  expect(answer.text).not.toContain('[DONE]')
  expect(since(mock, from)).toHaveLength(1)
  const [exchange] = since(mock, from)
  if (exchange) await mock.closedByPeer(exchange)
  expect(await answer.row()).toMatchObject({ outcome: 'cut', estimated: 1 })
})

test('a slow but living stream outlasts the first-byte and the idle limit', async () => {
  mock.script(() => sseReply(chatChunks('a b c d e', { usage: true }), { gapMs: 200 }))
  const answer = await ask(gateway, 'pair', { stream: true })
  expect(answer.text).toEndWith('data: [DONE]\n\n')
  expect(await answer.row()).toMatchObject({ outcome: 'ok', total_tokens: 18, estimated: 0 })
})

test.each(BOTH.slice(1))(
  'a request that never ends is ended at its own limit (%s)',
  async (_, stream) => {
    const drip = chatChunks(Array(100).fill('word').join(' '))
    mock.script(() => sseReply(drip, { gapMs: 100 }))
    const startedMs = performance.now()
    const answer = await ask(gateway, 'pair', { stream })
    const tookMs = performance.now() - startedMs
    expect(tookMs).toBeGreaterThanOrEqual(REQUEST_MS - 100)
    expect(tookMs).toBeLessThan(REQUEST_MS + 500)
    expect(streamErrors(answer.text)).toHaveLength(1)
    expect(answer.text).not.toContain('[DONE]')
  },
)

test('silence before the first byte counts against the key', async () => {
  mock.script(() => ['stall'])
  for (const [, stream] of BOTH) await ask(gateway, 'counted', { stream })
  const state = await upstreamState(rig, 'counted-1', (row) => row.total_errors === 2)
  expect(state.failure_count).toBe(2)
})
