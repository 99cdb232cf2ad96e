/** The lines of files that Gemini's batches read, and models that a user had tuned, by Google's own client. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test'
import { ApiError, GoogleGenAI } from '@google/genai'
import { type Gateway, startGateway } from '../../../support/gateway.ts'
import {
  GEMINI_SECRET,
  type GeminiMock,
  startGeminiMock,
} from '../../../support/vendors/gemini-mock.ts'
import { waitFor } from '../../../support/waiting.ts'

const MODEL = 'gemini-2.5-flash'
const PIECE = 8 * 1024 * 1024

let mock: GeminiMock
let gateway: Gateway
let own: GoogleGenAI
let stranger: GoogleGenAI
/** Another key of the first user, which may use one model only. */
let limited: GoogleGenAI
/** A file of the first user. */
let file: string
beforeAll(async () => {
  mock = startGeminiMock()
  gateway = await startGateway({
    upstreams: [{ name: 'google', provider: 'gemini', baseUrl: mock.url, key: GEMINI_SECRET }],
    env: { BATCH_CHECK_SECONDS: '3600' },
  })
  await gateway.cli(['user', 'create', 'stranger'])
  const made = async (...args: string[]) =>
    clientOf((await gateway.cli(['key', 'create', ...args])).stdout.trim())
  stranger = await made('stranger')
  limited = await made('default', '--model', MODEL)
  own = clientOf(gateway.proxyKey)
  for (const client of [stranger, limited])
    await waitFor('the new key', async () => (await outcome(client.files.list())) === 200 || null)
  file = (await upload(own, 'a,b', 'text/csv')).uri ?? ''
})
afterAll(async () => {
  await gateway.stop()
  await mock.stop()
})
beforeEach(() => {
  mock.calls.length = 0
})

function clientOf(apiKey: string): GoogleGenAI {
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: gateway.origin } })
}

/** 200, or the status and message of the refusal. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  try {
    await call
    return 200
  } catch (error) {
    if (error instanceof ApiError) return `${error.status} ${error.message}`
    // The client of uploads throws the reply's body as it is.
    return String(error)
  }
}

function upload(client: GoogleGenAI, text: string, type = 'application/jsonl') {
  return client.files.upload({ file: new Blob([text], { type }), config: { mimeType: type } })
}

const lines = (...requests: object[]) =>
  requests.map((request, key) => `${JSON.stringify({ key: `${key}`, request })}\n`).join('')
const content = (text: string) => ({ contents: [{ role: 'user', parts: [{ text }] }] })
const withFile = (fileUri: string) => ({
  contents: [{ role: 'user', parts: [{ fileData: { fileUri, mimeType: 'text/csv' } }] }],
})
const batch = (client: GoogleGenAI, name = '') =>
  outcome(client.batches.create({ model: MODEL, src: name }))
const batchesMade = () => mock.calls.filter(({ line }) => line.includes('batch')).length

describe('a line that names what belongs to another user', () => {
  test('ends the upload, and no batch is made', async () => {
    for (const request of [
      withFile(file),
      { ...content('x'), cachedContent: 'cachedContents/none', tools: [], ...withFile(file) },
      { contents: [{ parts: [{ file_data: { file_uri: file } }] }] },
    ]) {
      const text = lines(content('a'), request, content('b'))
      expect(await outcome(upload(stranger, text))).toContain('Gemini file with id')
      expect(await outcome(upload(own, text))).toBe(200)
    }
    expect(mock.calls.filter(({ body }) => body.includes('"key"'))).toHaveLength(3)
  })

  test('is found where a piece of the upload ends', async () => {
    const long = lines(content('x'.repeat(PIECE - 60 - 150)))
    const text = long + lines(withFile(file), content('b'))
    expect(text.indexOf('fileUri')).toBeLessThan(PIECE)
    expect(text.indexOf(file) + file.length).toBeGreaterThan(PIECE)
    expect(await outcome(upload(stranger, text))).toContain('Gemini file with id')
    const { name } = await upload(own, text)
    expect(await batch(own, name)).toBe(200)
  })

  test("passes in a file whose lines aren't requests", async () => {
    const text = `${JSON.stringify(withFile(file))}\n{"note": "not a request"}\n`
    expect(await outcome(upload(stranger, text))).toBe(200)
  })
})

test('a batch of lines that were checked is made', async () => {
  const { name } = await upload(stranger, lines(content('a'), content('b')))
  expect(await batch(stranger, name)).toBe(200)
  expect(batchesMade()).toBe(1)
})

describe('a batch is refused with the reason if nobody knows what its lines name:', () => {
  test.each([
    ['a file that is no list of requests', 'a,b\n1,2\n'],
    ['a line that is not quite JSON', `{request: {fileUri: "files/abc"}}\n`],
  ])('%s', async (_, text) => {
    const { name } = await upload(stranger, text)
    expect(await batch(stranger, name)).toMatch(/^400 .*were not checked/)
    expect(batchesMade()).toBe(0)
  })

  test('pieces after a first one that went elsewhere', async () => {
    const { name } = await upload(stranger, lines(content('a')))
    using database = gateway.database()
    database.run("DELETE FROM vendor_objects WHERE kind = 'batch_input' AND object_id = ?", [
      name?.replace('files/', '') ?? '',
    ])
    expect(await batch(stranger, name)).toMatch(/^400 .*were not checked/)
  })
})

test('a key for some models names no other one in a line, nor uses lines that another key sent', async () => {
  const named = (model: string) => lines({ model: `models/${model}`, ...content('a') })
  expect(await outcome(upload(limited, named('gemini-2.5-pro')))).toContain('may not use')
  expect(await batch(limited, (await upload(limited, named(MODEL))).name)).toBe(200)
  const { name } = await upload(own, named('gemini-2.5-pro'))
  expect(await batch(own, name)).toBe(200)
  expect(await batch(limited, name)).toMatch(/^400 .*were not checked/)
})

describe('a model that a user had tuned', () => {
  const model = 'tunedModels/mine'
  const ask = (client: GoogleGenAI) =>
    outcome(client.models.generateContent({ model, contents: 'Hello' }))
  beforeAll(() => {
    using database = gateway.database()
    database.run(
      "INSERT INTO vendor_objects VALUES ('tuned_model', 'mine', 1, (SELECT id FROM users WHERE username = 'default'), 1, '2026-01-01T00:00:00.000Z', NULL)",
    )
  })

  test('answers its maker, streamed as well, and is recorded by its name', async () => {
    expect(await ask(own)).toBe(200)
    const stream = await own.models.generateContentStream({ model, contents: 'Hello' })
    const texts: unknown[] = []
    for await (const { text } of stream) texts.push(text)
    expect(texts).toEqual(['Hi'])
    expect(mock.calls.map(({ line }) => line)).toEqual([
      'POST /v1beta/tunedModels/mine:generateContent',
      'POST /v1beta/tunedModels/mine:streamGenerateContent',
    ])
    const recorded = () => {
      using database = gateway.database()
      return database
        .query('SELECT total_tokens, cost_usd FROM usage_records WHERE model = ?')
        .all(model)
    }
    await waitFor('the records', () => recorded().length === 2 || null)
    const row = { total_tokens: 4, cost_usd: null }
    expect(recorded()).toEqual([row, row])
  })

  test('is not there for another user, in a request or in a line', async () => {
    expect(await ask(stranger)).toContain('Tuned model with id')
    const text = lines({ model, ...content('a') })
    expect(await outcome(upload(stranger, text))).toContain('Tuned model with id')
    expect(mock.calls.filter(({ line }) => line.includes('tunedModels'))).toEqual([])
  })

  test('is refused to a key that may use other models only', async () => {
    expect(await ask(limited)).toMatch(/^403 .*may not use/)
  })
})
