/** Clients that read nothing: the upstream is held up, memory stays bounded, and after a while they are cut off. */
import { afterAll, expect, test } from 'bun:test'
import { httpChunk, LAST_HTTP_CHUNK, sseHead } from '../../support/mock/mock-replies.ts'
import { chatChunks, jsonReply, type Step } from '../../support/mock/mock-upstream.ts'
import { MIB, memoryBytes } from '../../support/processes/process-memory.ts'
import { connectRaw, postText } from '../../support/raw-client.ts'
import { pause, waitFor } from '../../support/waiting.ts'
import { ask, QUESTION } from '../asking.ts'
import { startRig } from '../rig.ts'

const WRITE_LIMIT_MS = 1_500
const MEGABYTE = 1024 * 1024
const STREAM_MEGABYTES = 200
const rig = await startRig({
  models: { long: 1 },
  env: { CLIENT_WRITE_TIMEOUT_MS: String(WRITE_LIMIT_MS) },
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig

const event = (payload: string): Step => ({ write: httpChunk(`data: ${payload}\n\n`) })
const BIG = event(
  JSON.stringify({ choices: [{ index: 0, delta: { content: 'x'.repeat(MEGABYTE) } }] }),
)
const ENDING = [...chatChunks('end').map(event), event('[DONE]'), { write: LAST_HTTP_CHUNK }]
/** Usage comes first, so that nothing has to be counted here: how long that takes is another test. */
const USAGE_FIRST = event(
  JSON.stringify({
    choices: [],
    usage: { prompt_tokens: 5, completion_tokens: 9, total_tokens: 14 },
  }),
)
const long = (): Step[] => [
  { write: sseHead() },
  USAGE_FIRST,
  ...Array<Step>(STREAM_MEGABYTES).fill(BIG),
  ...ENDING,
]
const REQUEST = postText(
  gateway.proxyKey,
  JSON.stringify({ model: 'long', messages: QUESTION, stream: true }),
)

const residentMegabytes = () => memoryBytes(gateway.pid) / MIB

test('a client that reads nothing is disconnected, and so is its upstream', async () => {
  mock.script(() => jsonReply(200, {}))
  await ask(gateway, 'long')
  const beforeMegabytes = residentMegabytes()
  let mostMegabytes = 0
  const from = mock.ledger.length
  mock.script(long)
  const client = await connectRaw(gateway.port, { paused: true })
  client.pause()
  client.write(REQUEST)
  const exchange = await mock.exchangeArrived(from)
  const closedAtMs = await waitFor(
    'the upstream to be closed',
    () => {
      mostMegabytes = Math.max(mostMegabytes, residentMegabytes())
      return exchange.closedByPeerAtMs
    },
    WRITE_LIMIT_MS + 5_000,
  )
  expect(closedAtMs - exchange.startedAtMs).toBeGreaterThanOrEqual(WRITE_LIMIT_MS - 100)
  expect(exchange.bytesSent).toBeLessThan(40 * MEGABYTE)
  // Garbage of the megabytes that did pass is cleared away at the runtime's leisure; the stream itself would not fit.
  expect(mostMegabytes - beforeMegabytes).toBeLessThan(0.75 * STREAM_MEGABYTES)
  client.resume()
  await client.closed()
  expect(client.received().toString('latin1')).not.toContain('[DONE]')
  const row = await waitFor('its usage row', () => {
    using database = gateway.database()
    return database.query("SELECT * FROM usage_records WHERE outcome = 'aborted'").get()
  })
  // Its upstream had counted a part of it; what was received is counted here.
  expect(row).toMatchObject({ error_code: 'client_closed_request', estimated: 1 })
  expect((row as { total_tokens: number }).total_tokens).toBeGreaterThan(14)
}, 60_000)

test('a client that stops for a while and reads on gets everything', async () => {
  const from = mock.ledger.length
  mock.script(long)
  const client = await connectRaw(gateway.port, { paused: true })
  client.pause()
  client.write(REQUEST)
  const exchange = await mock.exchangeArrived(from)
  let last = -1
  await waitFor('the upstream to be held up', async () => {
    const held = exchange.bytesSent === last && last > 0
    last = exchange.bytesSent
    await pause(100)
    return held
  })
  client.resume()
  await waitFor('the end of the stream', () => exchange.outcome === 'served', 20_000)
  await waitFor('the last bytes', () => client.received().subarray(-40).includes('[DONE]'), 20_000)
  expect(client.received().length).toBeGreaterThan(STREAM_MEGABYTES * MEGABYTE)
  client.end()
}, 60_000)

test('other clients are served in the meantime', async () => {
  mock.script(({ index }) => (index % 2 === 0 ? long() : jsonReply(200, {})))
  if (mock.ledger.length % 2 === 1) await ask(gateway, 'long')
  const from = mock.ledger.length
  const client = await connectRaw(gateway.port, { paused: true })
  client.pause()
  client.write(REQUEST)
  await mock.exchangeArrived(from)
  const startedMs = performance.now()
  expect((await ask(gateway, 'long')).status).toBe(200)
  expect(performance.now() - startedMs).toBeLessThan(1_000)
  client.reset()
})
