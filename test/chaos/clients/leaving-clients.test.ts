/** Clients that disconnect: the upstream's connection is closed immediately, and the usage is recorded. */
import { afterAll, describe, expect, test } from 'bun:test'
import { httpChunk, sseHead } from '../../support/mock/mock-replies.ts'
import { chatChunks, jsonReply, rawReply, type Step } from '../../support/mock/mock-upstream.ts'
import { postText, type RawClient, sendRaw } from '../../support/raw-client.ts'
import { waitFor } from '../../support/waiting.ts'
import { ask, QUESTION, type UsageRow } from '../asking.ts'
import { startRig, upstreamState } from '../rig.ts'

const MAX_MS = 100
const rig = await startRig({ models: { left: 1 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const CHUNKS = chatChunks('one two three four')
const events = (chunks: readonly string[]): Step[] => [
  { write: sseHead() },
  ...chunks.map((chunk): Step => ({ write: httpChunk(`data: ${chunk}\n\n`) })),
]

const LEAVE: [string, (client: RawClient) => void][] = [
  ['FIN', (client) => client.end()],
  ['RST', (client) => client.reset()],
  [
    'FIN after more than is kept of early bytes',
    (client) => {
      client.write('x'.repeat(300_000))
      client.end()
    },
  ],
]

/** What the upstream does, and what the client must have received before it leaves. */
const MOMENTS: [string, boolean, Step[], string | null][] = [
  ['before the headers', false, ['stall'], null],
  ['before the headers', true, ['stall'], null],
  [
    'while the upstream is in the middle of its whole reply',
    false,
    [...rawReply('HTTP/1.1 200 OK\ncontent-length: 99', '{"a":'), 'stall'],
    null,
  ],
  ['before the first event', true, [{ write: sseHead() }, 'stall'], null],
  ['in mid-stream', true, [...events(CHUNKS.slice(0, 3)), 'stall'], 'two'],
  ['after the finish reason', true, [...events(CHUNKS), 'stall'], 'finish_reason":"stop"'],
]

describe.each(LEAVE)('a client that leaves with %s', (_, leave) => {
  test.each(MOMENTS)(
    '%s closes the upstream at once (stream: %p)',
    async (_, stream, steps, seen) => {
      const from = mock.ledger.length
      const rowsBefore = countRows()
      mock.script(() => steps)
      const body = JSON.stringify({ model: 'left', messages: QUESTION, stream })
      const client = await sendRaw(gateway.port, postText(gateway.proxyKey, body))
      const exchange = await mock.exchangeArrived(from)
      if (seen !== null)
        await waitFor(`the client to receive ${seen}`, () => client.received().includes(seen))
      else
        await waitFor(
          'the request to have waited a little',
          () => performance.now() - exchange.startedAtMs > 30,
        )
      const leftAtMs = performance.now()
      leave(client)
      expect((await mock.closedByPeer(exchange)) - leftAtMs).toBeLessThan(MAX_MS)
      const row = await waitFor('its usage row', () => lastRow(rowsBefore))
      expect(row).toMatchObject({ outcome: 'aborted', attempts: 1 })
      expect(await logLines(row.request_id)).toHaveLength(1)
      if (seen === null) expect(row.completion_tokens).toBe(0)
      else {
        expect(row.estimated).toBe(1)
        expect(row.prompt_tokens).toBeGreaterThan(0)
        expect(row.completion_tokens).toBeGreaterThan(0)
      }
    },
  )
})

test('a client that leaves before anything was read costs nothing', async () => {
  mock.script(() => ['stall'])
  const body = JSON.stringify({ model: 'left', messages: QUESTION })
  for (let visit = 0; visit < 20; visit++) {
    const client = await sendRaw(gateway.port, postText(gateway.proxyKey, body))
    client.reset()
  }
  await waitFor('the upstream to be left alone', () =>
    mock.ledger.every(({ outcome }) => outcome !== 'open'),
  )
})

test('none of them counted against the key', async () => {
  mock.script(() => jsonReply(200, {}))
  expect((await ask(gateway, 'left')).status).toBe(200)
  const state = await upstreamState(rig, 'left-1', (row) => row.total_requests > 0)
  expect(state).toMatchObject({ status: 'healthy', failure_count: 0, total_errors: 0 })
})

/** All about this request, once its end is among them. */
function logLines(requestId: string): Promise<string[]> {
  return waitFor('its log line', () => {
    const lines = gateway
      .logs()
      .split('\n')
      .filter((line) => line.includes(requestId))
    return lines.some((line) => line.includes('"outcome":"aborted"')) ? lines : null
  })
}

function countRows(): number {
  using database = gateway.database()
  return (
    database.query<{ rows: number }, []>('SELECT count(*) AS rows FROM usage_records').get()
      ?.rows ?? 0
  )
}

/** The newest row, once there is one more than before. */
function lastRow(before: number): UsageRow | null {
  if (countRows() <= before) return null
  using database = gateway.database()
  return database
    .query<UsageRow, []>(
      'SELECT * FROM usage_records ORDER BY started_at DESC, request_id DESC LIMIT 1',
    )
    .get()
}
