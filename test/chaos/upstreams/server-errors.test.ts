/** Upstream 5xx: another key answers, after at most four attempts. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  rawReply,
  sseReply,
} from '../../support/mock/mock-upstream.ts'
import { ask, BOTH } from '../asking.ts'
import { inTurn, since, startRig, upstreamState } from '../rig.ts'

const rig = await startRig({ models: { pair: 2, five: 5, alone: 1, twice: 1 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const good = (stream: boolean) =>
  stream ? sseReply(chatChunks('hello')) : jsonReply(200, chatCompletion('hello'))
const bad = (status: number) =>
  jsonReply(status, { error: { message: 'CANARY-INSIDE', type: 'server_error' } })

describe.each([500, 502, 503, 504, 529])('status %p', (status) => {
  test.each(BOTH)('another key answers (%s)', async (_, stream) => {
    const from = mock.ledger.length
    mock.script(inTurn(bad(status), good(stream)))
    const answer = await ask(gateway, 'pair', { stream })
    expect(answer).toMatchObject({ status: 200, attempts: 2 })
    expect(answer.text).toContain('hello')
    const keys = since(mock, from).map(({ headers }) => headers.authorization)
    expect(new Set(keys).size).toBe(2)
    expect((await answer.row()).attempts).toBe(2)
  })

  test.each(BOTH)('four attempts are the most, each with another key (%s)', async (_, stream) => {
    const from = mock.ledger.length
    mock.script(() => bad(status))
    const answer = await ask(gateway, 'five', { stream })
    expect(answer.status).toBe(502)
    expect(answer.error().code).toBe('upstream_error')
    expect(answer.error().message).toStartWith('upstream five-')
    expect(answer.text).not.toContain('CANARY-INSIDE')
    expect(new Set(since(mock, from).map(({ headers }) => headers.authorization)).size).toBe(4)
    expect(since(mock, from)).toHaveLength(4)
    expect(await answer.row()).toMatchObject({ attempts: 4, status: 502, total_tokens: 0 })
    expect(answer.attempts).toBe(4)
    expect(answer.headers.get('x-gpt-proxy-upstream')).toMatch(/^five-[1-5]$/)
  })
})

test.each(BOTH)('the only key is asked once more after a moment (%s)', async (_, stream) => {
  const from = mock.ledger.length
  mock.script(inTurn(bad(500), good(stream)))
  const startedMs = performance.now()
  const answer = await ask(gateway, 'alone', { stream })
  expect(answer).toMatchObject({ status: 200, attempts: 2 })
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(190)
  expect(since(mock, from)).toHaveLength(2)
})

test("an error reports the gateway's own time, without the pause before the second attempt", async () => {
  mock.script(() => bad(500))
  const startedMs = performance.now()
  const { headers, attempts } = await ask(gateway, 'twice')
  const tookMs = performance.now() - startedMs
  expect(attempts).toBe(2)
  const overheadMs = Number(headers.get('x-gpt-proxy-overhead-ms'))
  expect(overheadMs).toBeGreaterThan(0)
  // The pause is at least 200 ms.
  expect(overheadMs).toBeLessThan(tookMs - 190)
})

test('a success forgets the failures before it, and the totals stay', async () => {
  const state = await upstreamState(rig, 'alone-1', (row) => row.total_requests >= 4)
  expect(state).toMatchObject({ status: 'healthy', failure_count: 0, total_errors: 2 })
})

const GARBAGE = [
  ['no HTTP at all', [{ write: 'SSH-2.0-OpenSSH_9.9\r\n' }, 'fin' as const]],
  [
    'a body that is no JSON',
    jsonReply(200, 'x').map(() => ({
      write: 'HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>',
    })),
  ],
  ['an empty body', rawReply('HTTP/1.1 200 OK\ncontent-length: 0')],
  ['a redirect', rawReply('HTTP/1.1 302 Found\nlocation: http://127.0.0.1:1/\ncontent-length: 0')],
  ['a content-length that is no number', rawReply('HTTP/1.1 200 OK\ncontent-length: two', '{}')],
] as const

describe.each(GARBAGE)('%s', (_, steps) => {
  test.each(BOTH)('another key answers (%s)', async (_, stream) => {
    mock.script(inTurn([...steps], good(stream)))
    const answer = await ask(gateway, 'pair', { stream })
    expect(answer).toMatchObject({ status: 200, attempts: 2 })
    expect(answer.text).toContain('hello')
  })
})
