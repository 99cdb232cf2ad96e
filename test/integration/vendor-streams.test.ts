/** Streams of the vendors' other routes: how they end, what they cost, and which are retried elsewhere. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { httpChunk, LAST_HTTP_CHUNK, replyHead, sseHead } from '../support/mock/mock-replies.ts'
import { type MockUpstream, type Step, startMockUpstream } from '../support/mock/mock-upstream.ts'

let mocks: [MockUpstream, MockUpstream]
let gateway: Gateway
beforeAll(async () => {
  mocks = [await startMockUpstream(), await startMockUpstream()]
  gateway = await startGateway({
    upstreams: mocks.map(({ url }, at) => ({ name: `vendor-${at}`, baseUrl: url })),
    env: { DEFAULT_MONTHLY_QUOTA_TOKENS: '1000000' },
  })
})
afterAll(async () => {
  await gateway.stop()
  for (const mock of mocks) await mock.close()
})
afterEach(() => {
  for (const mock of mocks) mock.ledger.length = 0
})

const RESPONSE = { id: 'resp_1', object: 'response', status: 'in_progress', model: 'gpt-4o' }
const USAGE = { input_tokens: 30, output_tokens: 12, total_tokens: 42 }

/** Events of a response, numbered. */
function numbered(...events: object[]): string[] {
  return events.map((event, sequence_number) => JSON.stringify({ ...event, sequence_number }))
}
const created = { type: 'response.created', response: RESPONSE }
const delta = { type: 'response.output_text.delta', output_index: 0, content_index: 0 }
const completed = {
  type: 'response.completed',
  response: { ...RESPONSE, status: 'completed', output: [], usage: USAGE },
}
const failedFirst = {
  type: 'error',
  error: { type: 'server_error', code: 'server_error', message: 'no room' },
}

const head: Step = { write: sseHead() }
const eventSteps = (events: readonly string[]): Step[] => [
  head,
  ...events.map((data) => ({
    write: httpChunk(`event: ${JSON.parse(data).type}\ndata: ${data}\n\n`),
  })),
]
const whole = (events: readonly string[]): Step[] => [
  ...eventSteps(events),
  { write: LAST_HTTP_CHUNK },
]
const everywhere = (steps: readonly Step[]) => {
  for (const mock of mocks) mock.script(() => [...steps])
}

function post(path: string, body: object, signal?: AbortSignal): Promise<Response> {
  return fetch(`${gateway.baseUrl}/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.proxyKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
    ...(signal !== undefined && { signal }),
  })
}
const rowOf = (response: Response) =>
  gateway.usageRow(response.headers.get('x-request-id') as string)
const dataIn = (text: string) =>
  [...text.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => JSON.parse(data as string))

const ASKED = { model: 'gpt-4o', input: 'Tell me a long story.', stream: true }

describe('a passed stream of a response', () => {
  test('that the client aborts is charged for the generated part, by estimate', async () => {
    const text = 'one two three four five'
    const sent = eventSteps(numbered(created, { ...delta, delta: text }))
    everywhere([...sent, 'stall'])
    const leaving = new AbortController()
    const response = await post('responses', ASKED, leaving.signal)
    const reader = response.body?.getReader()
    let seen = ''
    while (!seen.includes(text)) seen += new TextDecoder().decode((await reader?.read())?.value)
    leaving.abort()
    const row = await rowOf(response)
    expect(row).toMatchObject({ outcome: 'aborted', estimated: 1 })
    expect(row.completion_tokens).toBeGreaterThanOrEqual(5)
    expect(row.prompt_tokens).toBeGreaterThanOrEqual(5)
  })

  test('that is cut ends with response.failed, numbered on, and is charged as cut', async () => {
    everywhere([...eventSteps(numbered(created, { ...delta, delta: 'one two three' })), 'fin'])
    const response = await post('responses', ASKED)
    const events = dataIn(await response.text())
    expect(events.at(-1)).toMatchObject({
      type: 'response.failed',
      sequence_number: 2,
      response: { id: 'resp_1', status: 'failed', error: { code: 'server_error' } },
    })
    const row = await rowOf(response)
    expect(row).toMatchObject({ outcome: 'cut', estimated: 1, error_code: 'upstream_error' })
    expect(row.completion_tokens).toBeGreaterThan(0)
  })

  test('that ends without its last event is cut too', async () => {
    everywhere(whole(numbered(created, { ...delta, delta: 'one two three' })))
    const response = await post('responses', ASKED)
    expect(dataIn(await response.text()).at(-1)).toMatchObject({ type: 'response.failed' })
    expect(await rowOf(response)).toMatchObject({ outcome: 'cut' })
  })

  test.each([
    ['an error', [failedFirst]],
    ['an error after events of no content', [created, failedFirst]],
    [
      'a failed response',
      [created, { type: 'response.failed', response: { ...RESPONSE, error: failedFirst.error } }],
    ],
  ])('that begins with %s is retried with another key', async (_, events) => {
    let asked = 0
    const good = whole(numbered(created, { ...delta, delta: 'Hello' }, completed))
    for (const mock of mocks)
      mock.script(() => (++asked === 1 ? whole(numbered(...events)) : [...good]))
    const response = await post('responses', ASKED)
    const types = dataIn(await response.text()).map(({ type }) => type)
    expect(types).toEqual([created.type, delta.type, completed.type])
    expect(asked).toBe(2)
    expect(await rowOf(response)).toMatchObject({ outcome: 'ok', total_tokens: 42, estimated: 0 })
  })

  test('reserves its prompt and the most that it may generate', async () => {
    everywhere(whole(numbered(created, completed)))
    const input = 'word '.repeat(4_000)
    const response = await post('responses', { ...ASKED, input, max_output_tokens: 7_000 })
    await response.text()
    expect((await rowOf(response)).reserved_tokens).toBeGreaterThanOrEqual(12_000)
  })
})

describe('a stream of images', () => {
  const asked = { model: 'gpt-image-1', prompt: 'A cat', stream: true }
  const partial = { type: 'image_generation.partial_image', b64_json: 'AAAA' }
  const done = { type: 'image_generation.completed', b64_json: 'AAAA', usage: USAGE }

  test('that ends is charged by its reported usage', async () => {
    everywhere(whole(numbered(partial, done)))
    const response = await post('images/generations', asked)
    expect(dataIn(await response.text())).toHaveLength(2)
    expect(await rowOf(response)).toMatchObject({ outcome: 'ok', total_tokens: 42 })
  })

  test('that breaks off is cut, with an error, and of unknown price rather than free', async () => {
    everywhere(whole(numbered(partial)))
    const response = await post('images/generations', asked)
    expect(dataIn(await response.text()).at(-1)).toMatchObject({
      error: { code: 'upstream_error' },
    })
    expect(await rowOf(response)).toMatchObject({ outcome: 'cut', cost_usd: null })
  })

  test('that begins with an error is retried with another key', async () => {
    let calls = 0
    for (const mock of mocks) mock.script(() => whole(numbered(++calls === 1 ? failedFirst : done)))
    const response = await post('images/generations', asked)
    expect(dataIn(await response.text())).toMatchObject([{ type: done.type }])
    expect(calls).toBe(2)
  })
})

describe('a download', () => {
  const content = 'x'.repeat(300_000)
  const sized = (length: number, ...steps: Step[]): Step[] => [
    {
      write: replyHead(200, {
        'content-type': 'application/octet-stream',
        'content-length': String(length),
      }),
    },
    ...steps,
  ]
  const download = () =>
    fetch(`${gateway.baseUrl}/files/file-1/content`, {
      headers: { authorization: `Bearer ${gateway.proxyKey}` },
    })

  test('keeps its length', async () => {
    everywhere(sized(content.length, { write: content }))
    const response = await download()
    expect(response.headers.get('content-length')).toBe(String(content.length))
    expect(response.headers.get('transfer-encoding')).toBeNull()
    expect(await response.text()).toBe(content)
  })

  test('that is compressed although refused gets the length of its decoded body', async () => {
    const packed = Bun.gzipSync(content)
    everywhere([
      {
        write: replyHead(200, {
          'content-type': 'application/octet-stream',
          'content-encoding': 'gzip',
          'content-length': String(packed.length),
        }),
      },
      { write: packed },
    ])
    expect(await (await download()).text()).toBe(content)
  })

  test('that breaks off is never treated as complete', async () => {
    everywhere(sized(content.length, { write: content.slice(1) }, 'fin'))
    const response = await download()
    const outcome = await response.text().then(
      () => 'whole',
      () => 'broken',
    )
    expect(outcome).toBe('broken')
    expect(await rowOf(response)).toMatchObject({ outcome: 'cut' })
  })
})
