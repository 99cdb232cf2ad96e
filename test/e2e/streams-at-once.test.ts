/** One process carries thousands of streams at once: Bun's own limit of 256 requests must not hold. */
import { expect, test } from 'bun:test'
import { STREAM_MODEL } from '../../bench/rig/replies.ts'
import { startStreamUpstream } from '../../bench/rig/stream-upstream.ts'
import { runOpenStreams } from '../../bench/streams-at-once.ts'
import { startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'

const STREAMS = 5_000
const CHUNKS = 5

test('5,000 streams are open at once through one gateway, and each of them is whole', async () => {
  const upstream = startStreamUpstream({ chunks: CHUNKS, everyMs: 50, hold: true })
  const gateway = await startGateway({
    upstreams: [{ baseUrl: `http://127.0.0.1:${upstream.port}/v1`, models: [STREAM_MODEL] }],
  })
  try {
    const { port, proxyKey } = gateway
    const { openAtOnce } = await runOpenStreams({
      upstream,
      port,
      proxyKey,
      streams: STREAMS,
      chunks: CHUNKS,
    })
    expect(openAtOnce).toBe(STREAMS)
    expect(await recorded(gateway, STREAMS)).toEqual([{ status: 200, count: STREAMS }])
  } finally {
    await gateway.stop()
    upstream.stop()
  }
}, 90_000)

type Gateway = Awaited<ReturnType<typeof startGateway>>

function recorded(gateway: Gateway, count: number): Promise<{ status: number; count: number }[]> {
  return waitFor('the usage rows of all streams', () => {
    using database = gateway.database()
    const rows = database
      .query<{ status: number; count: number }, []>(
        'SELECT status, count(*) AS count FROM usage_records GROUP BY status',
      )
      .all()
    return rows.reduce((sum, row) => sum + row.count, 0) >= count ? rows : null
  })
}
