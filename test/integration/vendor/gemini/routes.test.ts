/** Gemini's further routes by Google's own client: uploads, caches, batches, images, videos, live sessions. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { ApiError, GoogleGenAI } from '@google/genai'
import { type Gateway, startGateway } from '../../../support/gateway.ts'
import {
  GEMINI_SECRET,
  type GeminiMock,
  startGeminiMock,
} from '../../../support/vendors/gemini-mock.ts'
import { waitFor } from '../../../support/waiting.ts'

let mock: GeminiMock
let gateway: Gateway
let own: GoogleGenAI
let stranger: GoogleGenAI
beforeAll(async () => {
  mock = startGeminiMock()
  gateway = await startGateway({
    upstreams: [{ name: 'google', provider: 'gemini', baseUrl: mock.url, key: GEMINI_SECRET }],
    env: { BATCH_CHECK_SECONDS: '1' },
  })
  await gateway.cli(['user', 'create', 'stranger'])
  const other = (await gateway.cli(['key', 'create', 'stranger'])).stdout.trim()
  own = clientOf(gateway.proxyKey)
  stranger = clientOf(other)
  const lists = () =>
    stranger.files.list().then(
      () => true,
      () => null,
    )
  await waitFor('the new key', lists)
})
afterAll(async () => {
  await gateway.stop()
  await mock.stop()
})
beforeEach(() => {
  mock.calls.length = 0
})

const rootOf = () => gateway.baseUrl.replace(/\/v1$/, '')

function clientOf(apiKey: string): GoogleGenAI {
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: rootOf() } })
}

async function statusOf(call: Promise<unknown>): Promise<number> {
  try {
    await call
    return 200
  } catch (error) {
    if (error instanceof ApiError) return error.status
    throw error
  }
}

function upload(client: GoogleGenAI, text = 'Hello') {
  return client.files.upload({ file: new Blob([text], { type: 'text/plain' }) })
}

interface Row {
  model: string
  endpoint: string
  total_tokens: number
  cost_usd: number | null
}

function rows(endpoint: string): Row[] {
  using database = gateway.database()
  return database
    .query<Row, [string]>(
      'SELECT model, endpoint, total_tokens, cost_usd FROM usage_records WHERE endpoint = ?',
    )
    .all(endpoint)
}

describe('a file', () => {
  test('is uploaded in the client’s own steps, through the gateway alone', async () => {
    const file = await upload(own)
    expect(file.name).toStartWith('files/id')
    const [begin, bytes] = mock.calls
    expect(begin?.headers.get('x-goog-upload-command')).toBe('start')
    expect(bytes).toMatchObject({ line: 'POST /upload/v1beta/files', body: 'Hello' })
    expect(bytes?.query.get('upload_id')).toStartWith('up')
    for (const { headers, query } of mock.calls) {
      expect(headers.get('x-goog-api-key')).toBe(GEMINI_SECRET)
      expect(query.get('key')).toBeNull()
    }
  })

  test('of several pieces keeps their order', async () => {
    const text = 'x'.repeat(9 * 1024 * 1024)
    const file = await upload(own, text)
    expect(file.name).toStartWith('files/')
    const pieces = mock.calls.slice(1)
    expect(pieces.map(({ headers }) => headers.get('x-goog-upload-offset'))).toEqual([
      '0',
      String(8 * 1024 * 1024),
    ])
    expect(pieces.map(({ body }) => body).join('')).toBe(text)
  })

  test('belongs to its maker, and so does an upload that is not complete', async () => {
    const { name = '', uri = '' } = await upload(own)
    expect(await statusOf(stranger.files.get({ name }))).toBe(404)
    expect(await statusOf(stranger.files.delete({ name }))).toBe(404)
    expect(await statusOf(own.files.get({ name }))).toBe(200)
    const ask = (client: GoogleGenAI) =>
      client.models.generateContent({
        model: 'gemini-2.5-flash',
        contents: [
          { role: 'user', parts: [{ fileData: { fileUri: uri, mimeType: 'text/plain' } }] },
        ],
      })
    expect(await statusOf(ask(stranger))).toBe(404)
    expect(await statusOf(ask(own))).toBe(200)
    const begun = mock.calls.length
    const upload_id = 'up-of-nobody'
    using database = gateway.database()
    database.run(
      "INSERT INTO vendor_objects VALUES ('gemini_upload', ?, 1, (SELECT id FROM users WHERE username = 'stranger'), 2, '2026-01-01T00:00:00.000Z', NULL)",
      [upload_id],
    )
    const taken = await fetch(`${rootOf()}/upload/v1beta/files?upload_id=${upload_id}`, {
      method: 'POST',
      headers: { 'x-goog-api-key': gateway.proxyKey, 'x-goog-upload-command': 'upload, finalize' },
      body: 'x',
    })
    expect([taken.status, await taken.json()]).toMatchObject([
      404,
      { error: { status: 'NOT_FOUND' } },
    ])
    expect(mock.calls).toHaveLength(begun)
  })

  test('is listed to its maker alone, over all pages', async () => {
    const mine = await upload(stranger)
    for (let count = 0; count < 3; count++) await upload(own)
    const last = await upload(stranger)
    const names: unknown[] = []
    for await (const file of await stranger.files.list({ config: { pageSize: 2 } }))
      names.push(file.name)
    expect(names).toEqual([mine.name, last.name])
  })
})

test('a cache is made, changed, used and deleted by its maker alone', async () => {
  const { name = '' } = await own.caches.create({
    model: 'gemini-2.5-flash',
    config: { contents: 'Hello' },
  })
  expect(name).toStartWith('cachedContents/')
  const update = (client: GoogleGenAI) => client.caches.update({ name, config: { ttl: '60s' } })
  expect(await statusOf(update(stranger))).toBe(404)
  expect(await statusOf(update(own))).toBe(200)
  expect(mock.calls.at(-1)).toMatchObject({ line: `PATCH /v1beta/${name}`, body: '{"ttl":"60s"}' })
  const use = (client: GoogleGenAI) =>
    client.models.generateContent({
      model: 'gemini-2.5-flash',
      contents: 'Hi',
      config: { cachedContent: name },
    })
  expect(await statusOf(use(stranger))).toBe(404)
  expect(await statusOf(use(own))).toBe(200)
  expect(await statusOf(stranger.caches.delete({ name }))).toBe(404)
  expect(await statusOf(own.caches.delete({ name }))).toBe(200)
})

test('a batch is charged once its answers are there, by the tokens that they report', async () => {
  const batch = await own.batches.create({
    model: 'gemini-2.5-flash',
    src: [{ contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] }],
  })
  const name = batch.name ?? ''
  expect(name).toStartWith('batches/')
  expect(await statusOf(stranger.batches.get({ name }))).toBe(404)
  expect(await statusOf(stranger.batches.cancel({ name }))).toBe(404)
  const usageMetadata = {
    promptTokenCount: 1_000,
    candidatesTokenCount: 500,
    totalTokenCount: 1_500,
  }
  const response = { candidates: [], modelVersion: 'gemini-2.5-flash-001', usageMetadata }
  mock.objects.set(name, {
    name,
    done: true,
    metadata: { state: 'BATCH_STATE_SUCCEEDED', model: 'models/gemini-2.5-flash' },
    response: { inlinedResponses: { inlinedResponses: [{ response }, { response }] } },
  })
  const charged = () => rows('batches').filter(({ total_tokens }) => total_tokens > 0)
  await waitFor('the charge', () => charged().length > 0 || null)
  expect(charged()).toMatchObject([{ model: 'gemini-2.5-flash', total_tokens: 3_000 }])
  const names: unknown[] = []
  for await (const each of await own.batches.list()) names.push(each.name)
  expect(names).toEqual([name])
})

test('images have a price by the image, videos by the second, and a video belongs to its maker', async () => {
  const image = await fetch(`${rootOf()}/v1beta/models/imagen-4.0-generate-001:predict`, {
    method: 'POST',
    headers: { 'x-goog-api-key': gateway.proxyKey, 'content-type': 'application/json' },
    body: JSON.stringify({ instances: [{ prompt: 'a cat' }] }),
  })
  expect(image.status).toBe(200)
  const operation = await own.models.generateVideos({
    model: 'veo-3.0-generate-001',
    prompt: 'a cat',
    config: { durationSeconds: 4, numberOfVideos: 2 },
  })
  await waitFor('the records', () => rows('models/{model}:predictLongRunning').length > 0 || null)
  expect(rows('models/{model}:predict')).toMatchObject([{ cost_usd: 0.04 }])
  expect(rows('models/{model}:predictLongRunning')[0]?.cost_usd).toBeCloseTo(0.4 * 4 * 2, 6)
  expect(await statusOf(stranger.operations.getVideosOperation({ operation }))).toBe(404)
  const name = operation.name ?? ''
  const uri = 'https://generativelanguage.googleapis.com/v1beta/files/video1:download?alt=media'
  const generateVideoResponse = { generatedSamples: [{ video: { uri } }] }
  mock.objects.set(name, { name, done: true, response: { generateVideoResponse } })
  expect(await statusOf(own.operations.getVideosOperation({ operation }))).toBe(200)
  const download = (key: string) =>
    fetch(`${rootOf()}/v1beta/files/video1:download?alt=media&key=${key}`)
  const taken = await download(gateway.proxyKey)
  expect([taken.status, await taken.text()]).toEqual([200, 'content'])
})

test('a live session passes, and is recorded with the model that its setup names', async () => {
  const path = 'ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent'
  const address = `${rootOf().replace('http', 'ws')}/${path}?key=${gateway.proxyKey}`
  const socket = new WebSocket(address)
  socket.binaryType = 'arraybuffer'
  const received: string[] = []
  socket.onmessage = ({ data }) => received.push(Buffer.from(data as ArrayBuffer).toString())
  socket.onopen = () =>
    socket.send(JSON.stringify({ setup: { model: 'models/gemini-2.5-flash-live' } }))
  await waitFor('the setup', () => received.some((text) => text.includes('setupComplete')) || null)
  socket.send(JSON.stringify({ clientContent: { turnComplete: true } }))
  await waitFor('the answer', () => received.some((text) => text.includes('turnComplete')) || null)
  socket.close()
  await waitFor('the record', () => rows('live').some((row) => row.total_tokens > 0) || null)
  expect(rows('live').filter((row) => row.total_tokens > 0)).toMatchObject([
    { model: 'gemini-2.5-flash-live', total_tokens: 15 },
  ])
  expect(mock.messages[0]).toContain('models/gemini-2.5-flash-live')
})

test('an unknown route is a 404 in Google’s format, and without a key a 401', async () => {
  for (const [headers, status] of [
    [{ 'x-goog-api-key': gateway.proxyKey }, 404],
    [{}, 401],
  ] as const) {
    const refused = await fetch(`${rootOf()}/v1beta/files/a:unknown`, { headers })
    expect([refused.status, await refused.json()]).toMatchObject([
      status,
      { error: { code: status } },
    ])
  }
  expect(mock.calls).toEqual([])
})
