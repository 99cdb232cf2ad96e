/** Twenty rolling restarts of two instances behind the shipped nginx, under load, with streams open: none is lost. */
import { afterAll, expect, test } from 'bun:test'
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Gateway, startGateway } from '../support/gateway.ts'
import {
  chatChunks,
  jsonReply,
  sseReply,
  startMockUpstream,
} from '../support/mock/mock-upstream.ts'
import { waitFor, within } from '../support/waiting.ts'
import { freePort, startNginx } from './nginx.ts'

const RESTARTS = 20
const ASKING_AT_ONCE = 8
const STREAMS_AT_ONCE = 8
const MODEL = 'deployed'

const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-rolling-'))
const mock = await startMockUpstream()
const chunks = chatChunks(Array(15).fill('word').join(' '), { usage: true })
mock.script(({ body }) =>
  body.includes('"stream":true')
    ? sseReply(chunks, { gapMs: 40 })
    : jsonReply(200, { choices: [], usage: { prompt_tokens: 1, completion_tokens: 1 } }),
)

const upstreams = [{ baseUrl: mock.url, provider: 'compatible' as const, models: [MODEL] }]
const places = [
  { dataDir: join(folder, 'one'), port: await freePort() },
  { dataDir: join(folder, 'other'), port: await freePort() },
]
const [first, second] = places as [(typeof places)[0], (typeof places)[0]]
const start = (place: typeof first, adding: typeof upstreams = []) =>
  startGateway({
    dataDir: place.dataDir,
    upstreams: adding,
    env: {
      PORT: String(place.port),
      TRUSTED_PROXIES: '127.0.0.1',
      // Empty: as shipped.
      DRAIN_NOTICE_MS: '',
      DRAIN_IDLE_MS: '',
    },
  })

// Both have the same users and keys: the second folder is a copy of the first.
const prepared = await start(first, upstreams)
await prepared.stop()
cpSync(first.dataDir, second.dataDir, { recursive: true })
rmSync(join(second.dataDir, 'instance.id'))
const running: Gateway[] = [await start(first), await start(second)]
const nginx = await startNginx(places.map(({ port }) => port))
afterAll(async () => {
  await nginx.stop()
  for (const gateway of running) await gateway.stop()
  await mock.close()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

const failures: string[] = []
let answered = 0
let streamed = 0
let over = false
/** Where the access log ended when the last instance was started. */
let seen = 0

async function ask(stream: boolean): Promise<void> {
  const response = await fetch(`https://127.0.0.1:${nginx.httpsPort}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${prepared.proxyKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model: MODEL, messages: [{ role: 'user', content: 'Hi' }], stream }),
    tls: { ca: await Bun.file(nginx.authorityFile).text() },
  })
  const text = await response.text()
  if (response.status !== 200) failures.push(`${response.status} ${text.slice(0, 200)}`)
  else if (stream && !text.endsWith('data: [DONE]\n\n')) failures.push(`cut: ${text.slice(-200)}`)
  else if (stream) streamed++
  else answered++
}

async function keepAsking(stream: boolean): Promise<void> {
  while (!over) await ask(stream).catch((error) => failures.push(String(error)))
}

test(`${RESTARTS} rolling restarts lose no request`, async () => {
  const load = [
    ...Array.from({ length: ASKING_AT_ONCE }, () => keepAsking(false)),
    ...Array.from({ length: STREAMS_AT_ONCE }, () => keepAsking(true)),
  ]
  await waitFor('the load', () => answered > 50 && streamed > 5, 15_000)
  const durations: number[] = []
  for (let restart = 0; restart < RESTARTS; restart++) {
    const index = restart % 2
    const place = places[index] as typeof first
    const startedMs = performance.now()
    running[index]?.signal('SIGTERM')
    expect(await within('the stop', 20_000, running[index]?.exited as Promise<number>)).toBe(0)
    running[index] = await start(place)
    seen = statSync(nginx.accessLog).size
    durations.push(performance.now() - startedMs)
    // It serves again, so that the other may go.
    await waitFor('the next one to be asked', () => served(place.port), 15_000)
  }
  over = true
  await Promise.all(load)
  console.log(
    `${answered} answers, ${streamed} streams, ${failures.length} failed; a restart took ${Math.round(Math.max(...durations))} ms at most`,
  )
  expect(failures.slice(0, 5)).toEqual([])
  expect(answered).toBeGreaterThan(500)
  expect(streamed).toBeGreaterThan(100)
}, 180_000)

/** nginx asks the new process on this port, and is answered. */
async function served(port: number): Promise<boolean> {
  const log = await Bun.file(nginx.accessLog).slice(seen).text()
  return log.includes(`"instance":"127.0.0.1:${port}","instance_status":"200"`)
}
