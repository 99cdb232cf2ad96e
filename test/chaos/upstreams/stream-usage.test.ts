/** Usage in streams: requested, hidden if the client did not ask for it, recorded exactly, and counted if missing. */
import { afterAll, describe, expect, test } from 'bun:test'
import { httpChunk, LAST_HTTP_CHUNK, sseHead, USAGE } from '../../support/mock/mock-replies.ts'
import { chatChunks, type Step, sseReply } from '../../support/mock/mock-upstream.ts'
import { ask, payloads, streamErrors } from '../asking.ts'
import { since, startRig } from '../rig.ts'

const rig = await startRig({ models: { pair: 2 } })
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig
const CHUNKS = chatChunks('one two three')
const WITH_USAGE = chatChunks('one two three', { usage: true })
const EXACT = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  estimated: 0,
  outcome: 'ok',
}
const ASKED = { stream_options: { include_usage: true } }
const usageChunk = (usage: unknown) =>
  JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', choices: [], usage })

describe('usage that the client did not ask for', () => {
  test.each([
    ['nothing', {}],
    ['null', { stream_options: null }],
    ['include_usage: false', { stream_options: { include_usage: false } }],
    ['another option', { stream_options: { include_obfuscation: false } }],
  ] as [string, { stream_options?: object | null }][])(
    'is requested, hidden and recorded (the client sent %s)',
    async (_, body) => {
      const from = mock.ledger.length
      mock.script(() => sseReply(WITH_USAGE))
      const answer = await ask(gateway, 'pair', { stream: true, body })
      expect(payloads(answer.text)).toEqual([...CHUNKS, '[DONE]'])
      const sent = JSON.parse(since(mock, from)[0]?.body ?? '') as { stream_options: object }
      expect(sent.stream_options).toEqual({ ...body.stream_options, include_usage: true })
      expect(await answer.row()).toMatchObject(EXACT)
    },
  )
})

test('usage that the client asked for is shown', async () => {
  mock.script(() => sseReply(WITH_USAGE))
  const answer = await ask(gateway, 'pair', { stream: true, body: ASKED })
  expect(payloads(answer.text)).toEqual([...WITH_USAGE, '[DONE]'])
  expect(await answer.row()).toMatchObject(EXACT)
})

const events = (...all: string[]): Step[] => [
  { write: sseHead() },
  ...all.map((payload): Step => ({ write: httpChunk(`data: ${payload}\n\n`) })),
]

test.each([
  ['the end of the body', [{ write: LAST_HTTP_CHUNK }]],
  ['FIN', [{ waitMs: 30 }, 'fin']],
  ['RST', [{ waitMs: 30 }, 'rst']],
  ['silence', ['stall']],
] as [string, Step[]][])(
  'a missing [DONE] is not an error if the finish reason was seen (%s)',
  async (_, ending) => {
    mock.script(() => [...events(...WITH_USAGE), ...ending])
    const startedMs = performance.now()
    const answer = await ask(gateway, 'pair', { stream: true })
    expect(performance.now() - startedMs).toBeLessThan(4_000)
    expect(payloads(answer.text)).toEqual(CHUNKS)
    expect(streamErrors(answer.text)).toHaveLength(0)
    expect(await answer.row()).toMatchObject(EXACT)
  },
)

test('a stream without usage is counted here and marked so', async () => {
  mock.script(() => sseReply(CHUNKS))
  const answer = await ask(gateway, 'pair', { stream: true })
  expect(payloads(answer.text)).toEqual([...CHUNKS, '[DONE]'])
  const row = await answer.row()
  expect(row).toMatchObject({ outcome: 'ok', estimated: 1 })
  expect(row.prompt_tokens).toBeGreaterThan(0)
  expect(row.completion_tokens).toBeGreaterThanOrEqual(2)
  expect(row.completion_tokens).toBeLessThan(20)
})

test('of two usages the last valid one counts', async () => {
  const other = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  const bad = { prompt_tokens: -4, completion_tokens: 1e308, total_tokens: 'many' }
  const all = [...CHUNKS, usageChunk(other), usageChunk(USAGE), usageChunk(bad)]
  mock.script(() => sseReply(all))
  const answer = await ask(gateway, 'pair', { stream: true, body: ASKED })
  expect(payloads(answer.text)).toEqual([...all, '[DONE]'])
  expect(await answer.row()).toMatchObject(EXACT)
})

test.each([
  ['negative', { prompt_tokens: -1, completion_tokens: 2, total_tokens: 1 }],
  ['huge', { prompt_tokens: 1e308, completion_tokens: 2, total_tokens: 3 }],
  ['broken', { prompt_tokens: 1.5, completion_tokens: 2, total_tokens: 3.5 }],
  ['text', { prompt_tokens: '1', completion_tokens: '2', total_tokens: '3' }],
  ['a list', [1, 2, 3]],
  ['text only', 'lots'],
  ['empty', {}],
])('usage that cannot be believed is counted here instead (%s)', async (_, usage) => {
  mock.script(() => sseReply([...CHUNKS, usageChunk(usage)]))
  const answer = await ask(gateway, 'pair', { stream: true, body: ASKED })
  expect(payloads(answer.text)).toEqual([...CHUNKS, usageChunk(usage), '[DONE]'])
  const row = await answer.row()
  expect(row).toMatchObject({ outcome: 'ok', estimated: 1 })
  expect(row.total_tokens).toBeLessThan(100)
})

test('an event with empty choices and no usage passes unchanged', async () => {
  const filter = '{"id":"","choices":[],"prompt_filter_results":[{"prompt_index":0}]}'
  mock.script(() => sseReply([filter, ...WITH_USAGE]))
  const answer = await ask(gateway, 'pair', { stream: true })
  expect(payloads(answer.text)).toEqual([filter, ...CHUNKS, '[DONE]'])
  expect(await answer.row()).toMatchObject(EXACT)
})

test('an event that is not JSON is passed on', async () => {
  mock.script(() => sseReply([CHUNKS[0] ?? '', 'not json', ...WITH_USAGE.slice(1)]))
  const answer = await ask(gateway, 'pair', { stream: true })
  expect(answer.text).toContain('data: not json\n\n')
  expect(payloads(answer.text.replace('data: not json\n\n', ''))).toEqual([...CHUNKS, '[DONE]'])
})
