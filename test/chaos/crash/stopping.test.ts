/** Stopping: /readyz fails first, streams finish, everything used is recorded, and the exit code is 0. */
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import {
  chatChunks,
  jsonReply,
  sseReply,
  startMockUpstream,
} from '../../support/mock/mock-upstream.ts'
import { pause, waitFor, within } from '../../support/waiting.ts'
import { ask, payloads, QUESTION } from '../asking.ts'

const mock = await startMockUpstream()
const dataDir = mkdtempSync(join(tmpdir(), 'gpt-proxy-stopping-'))
afterAll(async () => {
  await mock.close()
  rmSync(dataDir, { recursive: true, force: true })
})
const CHUNKS = chatChunks(Array(30).fill('word').join(' '), { usage: true })

function start(env: Record<string, string> = {}): Promise<Gateway> {
  const folder = mkdtempSync(join(dataDir, 'one-'))
  return startGateway({
    dataDir: folder,
    upstreams: [{ baseUrl: mock.url, provider: 'compatible', models: ['long'] }],
    env,
  })
}

/** A stream whose first event has arrived. */
async function openStream(gateway: Gateway) {
  const response = await gateway.chat({ model: 'long', messages: QUESTION, stream: true })
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const first = await reader.read()
  const rest = async () => {
    const parts = [first.value ?? new Uint8Array()]
    for (let part = await reader.read(); !part.done; part = await reader.read())
      parts.push(part.value)
    return Buffer.concat(parts).toString()
  }
  return { requestId: response.headers.get('x-request-id') ?? '', rest }
}

async function readyStatus(gateway: Gateway): Promise<number> {
  const response = await fetch(`${gateway.origin}/readyz`, { headers: { connection: 'close' } })
  await response.arrayBuffer()
  return response.status
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('while a stream runs: not ready, the stream finishes and is recorded, exit code 0', async () => {
    const gateway = await start()
    expect(await readyStatus(gateway)).toBe(200)
    mock.script(() => sseReply(CHUNKS, { gapMs: 30 }))
    const stream = await openStream(gateway)
    const text = stream.rest()
    gateway.signal(signal)
    await waitFor('/readyz to fail', async () => (await readyStatus(gateway)) === 503, 500)
    expect(payloads(await text)).toHaveLength(CHUNKS.length)
    expect(await text).toEndWith('data: [DONE]\n\n')
    expect(await within('the exit', 3_000, gateway.exited)).toBe(0)
    expect(await gateway.usageRow(stream.requestId)).toMatchObject({
      outcome: 'ok',
      total_tokens: 18,
    })
    // Nothing listens any more.
    await expect(readyStatus(gateway)).rejects.toThrow()
  })

  test('without any request it ends at once', async () => {
    const gateway = await start()
    const startedMs = performance.now()
    gateway.signal(signal)
    expect(await within('the exit', 3_000, gateway.exited)).toBe(0)
    expect(performance.now() - startedMs).toBeLessThan(1_500)
  })
})

test('with the default times, health checks over new connections see 503 before any connection is refused', async () => {
  // Empty: the default.
  const gateway = await start({ DRAIN_NOTICE_MS: '', DRAIN_IDLE_MS: '' })
  mock.script(() => jsonReply(200, {}))
  const startedMs = performance.now()
  gateway.signal('SIGTERM')
  await waitFor('/readyz to fail', async () => (await readyStatus(gateway)) === 503, 500)
  expect((await ask(gateway, 'long')).status).toBe(200)
  expect(await readyStatus(gateway)).toBe(503)
  const isRefused = () =>
    readyStatus(gateway).then(
      () => false,
      () => true,
    )
  await waitFor('new connections to be refused', isRefused, 3_000)
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_000)
  expect(await within('the exit', 5_000, gateway.exited)).toBe(0)
}, 60_000)

test('a stream longer than the drain time is ended, its use recorded, and the exit is in time', async () => {
  const gateway = await start({ DRAIN_SECONDS: '1' })
  mock.script(() => sseReply(chatChunks(Array(500).fill('word').join(' ')), { gapMs: 30 }))
  const stream = await openStream(gateway)
  const text = stream.rest().catch(() => 'broken off')
  const startedMs = performance.now()
  gateway.signal('SIGTERM')
  expect(await within('the exit', 5_000, gateway.exited)).toBe(0)
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(900)
  expect(await text).not.toContain('[DONE]')
  const row = await gateway.usageRow(stream.requestId)
  expect(row).toMatchObject({ estimated: 1 })
  expect(row.completion_tokens).toBeGreaterThan(0)
}, 60_000)

test('a second SIGTERM ends it at once', async () => {
  const gateway = await start()
  mock.script(() => ['stall'])
  const asked = gateway.chat({ model: 'long', messages: QUESTION }).then(
    () => 'answered',
    () => 'broken off',
  )
  await mock.exchangeArrived(mock.ledger.length)
  gateway.signal('SIGTERM')
  await waitFor('/readyz to fail', async () => (await readyStatus(gateway)) === 503)
  // npm forwards the first one again within milliseconds: a second counts only after a second.
  await pause(1_100)
  const startedMs = performance.now()
  gateway.signal('SIGTERM')
  await within('the exit', 2_000, gateway.exited)
  expect(performance.now() - startedMs).toBeLessThan(1_000)
  expect(await asked).toBe('broken off')
})

test('requests recorded just before SIGTERM are in the database afterwards', async () => {
  const gateway = await start()
  mock.script(() =>
    jsonReply(200, { usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }),
  )
  const answers = await Promise.all(Array.from({ length: 50 }, () => ask(gateway, 'long')))
  gateway.signal('SIGTERM')
  expect(await gateway.exited).toBe(0)
  using database = gateway.database()
  const rows = database
    .query<{ rows: number }, []>('SELECT count(*) AS rows FROM usage_records')
    .get()
  expect(rows?.rows).toBe(answers.length)
})

test('a process that was suspended for two seconds continues normally', async () => {
  const gateway = await start({
    UPSTREAM_IDLE_TIMEOUT_MS: '1000',
    UPSTREAM_FIRST_BYTE_TIMEOUT_MS: '1500',
  })
  mock.script(() => sseReply(CHUNKS, { gapMs: 100 }))
  const stream = await openStream(gateway)
  const from = mock.ledger.length
  gateway.signal('SIGSTOP')
  const whileStopped = Array.from({ length: 50 }, () => ask(gateway, 'long', { stream: true }))
  // The events go on arriving in the socket's buffer in this time; that is what is tested.
  await pause(2_000)
  gateway.signal('SIGCONT')
  await waitFor('all to reach the upstream', () => mock.ledger.length === from + 50, 1_000)
  expect(await stream.rest()).toEndWith('data: [DONE]\n\n')
  for (const answer of await Promise.all(whileStopped)) expect(answer.status).toBe(200)
  mock.script(() => jsonReply(200, {}))
  expect((await ask(gateway, 'long')).status).toBe(200)
  expect(await gateway.stop()).toBe(0)
}, 60_000)
