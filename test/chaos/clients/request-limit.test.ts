/** REQUEST_TIMEOUT_MS bounds a whole request: all its tries together, and no key is blamed for it. */
import { afterAll, expect, test } from 'bun:test'
import { httpChunk, sseHead } from '../../support/mock/mock-replies.ts'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  rawReply,
  type Step,
} from '../../support/mock/mock-upstream.ts'
import { ask, BOTH, streamErrors } from '../asking.ts'
import { since, startRig, upstreamState } from '../rig.ts'

const REQUEST_MS = 1_000
const rig = await startRig({
  models: { silent: 1, endless: 1, tried: 3, waiting: 1 },
  env: { REQUEST_TIMEOUT_MS: String(REQUEST_MS) },
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig

function expectAtLimit(startedMs: number): void {
  const tookMs = performance.now() - startedMs
  expect(tookMs).toBeGreaterThanOrEqual(REQUEST_MS - 50)
  expect(tookMs).toBeLessThan(REQUEST_MS + 500)
}

const HEAD = 'HTTP/1.1 200 OK\ncontent-type: application/json\ncontent-length: 999'
const SILENCES: [string, Step[]][] = [
  ['nothing', ['stall']],
  ['half a whole reply', [...rawReply(HEAD, '{"id":'), 'stall']],
]

test.each(SILENCES)('an upstream that sends %s is left at the limit', async (_, steps) => {
  mock.script(() => steps)
  const from = mock.ledger.length
  const startedMs = performance.now()
  const answer = await ask(gateway, 'silent')
  expectAtLimit(startedMs)
  expect(answer.status).toBe(504)
  expect(answer.error().code).toBe('upstream_timeout')
  expect(answer.error().message).toStartWith(
    `gateway: the request took longer than REQUEST_TIMEOUT_MS (${REQUEST_MS} ms)`,
  )
  const [exchange] = since(mock, from)
  if (exchange) await mock.closedByPeer(exchange)
  expect(await answer.row()).toMatchObject({ status: 504, attempts: 1, ambiguous: 1 })
})

test('a stream ends at the time limit with an error event', async () => {
  // The first one has only the role, and is held back until there are words.
  const [role = '', first = ''] = chatChunks('hello')
  const begun = httpChunk(`data: ${role}\n\ndata: ${first}\n\n`)
  mock.script(() => [{ write: sseHead() }, { write: begun }, 'stall'])
  const startedMs = performance.now()
  const answer = await ask(gateway, 'endless', { stream: true })
  expectAtLimit(startedMs)
  const [error] = streamErrors(answer.text)
  expect(error?.message).toBe('gateway: the request took longer than REQUEST_TIMEOUT_MS')
  expect(await answer.row()).toMatchObject({ outcome: 'cut', error_code: 'upstream_timeout' })
})

test.each(['silent', 'endless'])('the key is not blamed for it (%s)', async (model) => {
  mock.script(() => jsonReply(200, chatCompletion('hello')))
  await ask(gateway, model)
  const state = await upstreamState(rig, `${model}-1`, (row) => row.total_requests > 0)
  expect(state).toMatchObject({ status: 'healthy', failure_count: 0, total_errors: 0 })
})

test.each(BOTH)('all tries together take no longer (%s)', async (_, stream) => {
  const bad = jsonReply(500, { error: { message: 'no' } })
  mock.script(() => [{ waitMs: REQUEST_MS * 0.4 }, ...bad])
  const startedMs = performance.now()
  const answer = await ask(gateway, 'tried', { stream })
  expectAtLimit(startedMs)
  expect(answer.status).toBe(504)
  expect(answer.error().message).toStartWith('gateway: ')
})

test('nothing is sent after the end', async () => {
  const from = mock.ledger.length
  const limited = jsonReply(429, { error: { message: 'no' } }, { 'retry-after-ms': '1200' })
  mock.script(() => limited)
  const answer = await ask(gateway, 'waiting')
  expect(answer.status).toBe(504)
  expect(since(mock, from)).toHaveLength(1)
})
