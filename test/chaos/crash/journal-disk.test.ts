/** The disk under a running gateway's journal fills up, becomes read-only or breaks: nothing is accepted that could be lost. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { failCalls, mayInject } from '../../support/failing-calls.ts'
import { type Gateway, startGateway } from '../../support/gateway.ts'
import { httpChunk, LAST_HTTP_CHUNK, sseHead } from '../../support/mock/mock-replies.ts'
import {
  chatChunks,
  chatCompletion,
  jsonReply,
  type MockUpstream,
  startMockUpstream,
} from '../../support/mock/mock-upstream.ts'
import { mountSmallDisk } from '../../support/processes/full-disk.ts'
import { waitFor } from '../../support/waiting.ts'

const disk = mountSmallDisk(8)
const injects = mayInject()
if (disk === null)
  console.warn('NOT TESTED: a full disk, because this system does not let us mount')
if (!injects) console.warn('NOT TESTED: EROFS and EIO, because strace is missing or not allowed')
afterAll(() => disk?.remove())

let mock: MockUpstream
let gateway: Gateway
let goOn = Promise.withResolvers<void>()

async function start(options: { dataDir?: string; env?: Record<string, string> } = {}) {
  mock = await startMockUpstream()
  const upstreams = [{ name: 'main', baseUrl: mock.url, models: ['gpt-4o'] }]
  gateway = await startGateway({ upstreams, ...options })
}
afterEach(async () => {
  goOn.resolve()
  await gateway.stop()
  await mock.close()
})

/** One that is in the middle of its stream until `goOn`. */
async function openStream(): Promise<{ requestId: string; rest: Promise<string> }> {
  goOn = Promise.withResolvers<void>()
  // The first one has only the role, and is held back until there are words.
  const [role = '', first = '', ...others] = chatChunks('one two three', { usage: true })
  const event = (text: string) => ({ write: httpChunk(`data: ${text}\n\n`) })
  mock.script(() => [
    { write: sseHead() },
    event(role),
    event(first),
    { until: goOn.promise },
    ...[...others, '[DONE]'].map(event),
    { write: LAST_HTTP_CHUNK },
  ])
  const response = await gateway.chat({ model: 'gpt-4o', stream: true, messages: [] })
  expect(response.status).toBe(200)
  mock.script(() => jsonReply(200, chatCompletion('hello')))
  return { requestId: response.headers.get('x-request-id') ?? '', rest: response.text() }
}

async function asked(): Promise<{
  status: number
  code: string | null
  retryAfter: string | null
}> {
  const response = await gateway.chat({ model: 'gpt-4o', messages: [] })
  const { error } = (await response.json()) as { error?: { code: string } }
  return {
    status: response.status,
    code: error?.code ?? null,
    retryAfter: response.headers.get('retry-after'),
  }
}
const REFUSED = { status: 503, code: 'journal_unavailable' }

async function services(): Promise<Record<string, unknown>> {
  return (await fetch(`${gateway.origin}/health`)).json() as Promise<Record<string, unknown>>
}

async function finishes(stream: { requestId: string; rest: Promise<string> }): Promise<void> {
  goOn.resolve()
  expect(await stream.rest).toContain('data: [DONE]')
}

/** Of all threads. */
function segmentPaths(): string[] {
  const folder = join(gateway.dataDir, 'journal')
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return [...names, 'reserve'].map((name) => join(folder, name))
}

describe.skipIf(disk === null)('a full disk, with the store on it as well', () => {
  beforeAll(() => start(disk === null ? {} : { dataDir: join(disk.path, 'data') }), 20_000)

  test('refuses new requests, lets a stream end, and recovers when there is space', async () => {
    const stream = await openStream()
    disk?.fill()
    // The last page of a file that has begun still takes some bytes.
    await waitFor('requests to be refused', async () => (await asked()).status === 503)
    const sent = mock.ledger.length
    expect(await asked()).toMatchObject({ ...REFUSED, retryAfter: '1' })
    expect(mock.ledger).toHaveLength(sent)
    expect(await services()).toMatchObject({
      status: 'degraded',
      services: { journal: 'unhealthy' },
    })
    await finishes(stream)
    disk?.makeRoom()
    expect(await gateway.usageRow(stream.requestId)).toMatchObject({
      outcome: 'ok',
      total_tokens: 18,
    })
    await waitFor('requests to be taken again', async () => (await asked()).status === 200)
    expect(await services()).toMatchObject({ status: 'healthy' })
  }, 60_000)
})

describe.skipIf(!injects)('a disk that became read-only', () => {
  beforeAll(() => start(), 20_000)

  test('refuses new requests, lets a stream end, and recovers when the journal can be written', async () => {
    const stream = await openStream()
    const failing = await failCalls(gateway.pid, 'write,pwrite64', 'EROFS', segmentPaths())
    expect(await asked()).toMatchObject(REFUSED)
    await finishes(stream)
    expect(await gateway.usageRow(stream.requestId)).toMatchObject({
      outcome: 'ok',
      total_tokens: 18,
    })
    await failing.stop()
    await waitFor('requests to be taken again', async () => (await asked()).status === 200)
  }, 60_000)
})

describe.skipIf(!injects)('a disk that fails to sync', () => {
  beforeAll(() => start({ env: { JOURNAL_SYNC: 'always' } }), 20_000)

  test('acknowledges no further writes, even after writes succeed again', async () => {
    const stream = await openStream()
    const sent = mock.ledger.length
    const failing = await failCalls(gateway.pid, 'fdatasync', 'EIO', segmentPaths())
    expect(await asked()).toMatchObject({ ...REFUSED, retryAfter: null })
    await failing.stop()
    expect(await asked()).toMatchObject(REFUSED)
    expect(mock.ledger).toHaveLength(sent)
    expect(await services()).toMatchObject({
      status: 'degraded',
      services: { journal: 'unhealthy' },
    })
    await waitFor('the log line', () => gateway.logs().includes('usage journal cannot be written'))
    await finishes(stream)
    expect(await gateway.usageRow(stream.requestId)).toMatchObject({
      outcome: 'ok',
      total_tokens: 18,
    })
  }, 60_000)
})
